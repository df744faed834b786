"""The database itself keeps records of duties as they were made: none is changed, none disappears."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION eligibility_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: a record of a duty is superseded, never changed', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER duty_record_is_never_changed BEFORE UPDATE OR DELETE ON eligibility_dutyrecord
    FOR EACH ROW EXECUTE FUNCTION eligibility_refuse_change();
CREATE TRIGGER duty_record_no_truncate BEFORE TRUNCATE ON eligibility_dutyrecord
    FOR EACH STATEMENT EXECUTE FUNCTION eligibility_refuse_change();
"""

BACKWARD = """
DROP TRIGGER duty_record_no_truncate ON eligibility_dutyrecord;
DROP TRIGGER duty_record_is_never_changed ON eligibility_dutyrecord;
DROP FUNCTION eligibility_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("eligibility", "0013_keep_participations_and_duties")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
