"""The database itself keeps facts as they were said: none is changed, none disappears."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION verification_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: a fact is superseded, never changed', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER fact_is_never_changed BEFORE UPDATE OR DELETE ON verification_fact
    FOR EACH ROW EXECUTE FUNCTION verification_refuse_change();
CREATE TRIGGER fact_no_truncate BEFORE TRUNCATE ON verification_fact
    FOR EACH STATEMENT EXECUTE FUNCTION verification_refuse_change();
"""

BACKWARD = """
DROP TRIGGER fact_no_truncate ON verification_fact;
DROP TRIGGER fact_is_never_changed ON verification_fact;
DROP FUNCTION verification_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("verification", "0001_first_tables")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
