"""The database itself keeps what was seen on the spot: no look is changed, none disappears."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION verification_refuse_change_of_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: what was seen is looked at again, never changed', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER fact_check_is_never_changed BEFORE UPDATE OR DELETE ON verification_factcheck
    FOR EACH ROW EXECUTE FUNCTION verification_refuse_change_of_check();
CREATE TRIGGER fact_check_no_truncate BEFORE TRUNCATE ON verification_factcheck
    FOR EACH STATEMENT EXECUTE FUNCTION verification_refuse_change_of_check();
"""

BACKWARD = """
DROP TRIGGER fact_check_no_truncate ON verification_factcheck;
DROP TRIGGER fact_check_is_never_changed ON verification_factcheck;
DROP FUNCTION verification_refuse_change_of_check();
"""


class Migration(migrations.Migration):
    dependencies = [("verification", "0013_keep_every_look_at_a_fact")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
