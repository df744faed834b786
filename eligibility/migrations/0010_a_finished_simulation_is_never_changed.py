"""The database itself keeps results as they were when they were approved: none is changed, none disappears."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION eligibility_refuse_change_of_simulation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: a simulation is made again, never changed', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER simulation_done_is_never_changed BEFORE UPDATE ON eligibility_simulation
    FOR EACH ROW WHEN (OLD.state = 'done') EXECUTE FUNCTION eligibility_refuse_change_of_simulation();
CREATE TRIGGER simulation_is_never_removed BEFORE DELETE ON eligibility_simulation
    FOR EACH ROW EXECUTE FUNCTION eligibility_refuse_change_of_simulation();
CREATE TRIGGER simulated_draft_is_never_changed BEFORE UPDATE OR DELETE ON eligibility_simulateddraft
    FOR EACH ROW EXECUTE FUNCTION eligibility_refuse_change_of_simulation();
"""

BACKWARD = """
DROP TRIGGER simulated_draft_is_never_changed ON eligibility_simulateddraft;
DROP TRIGGER simulation_is_never_removed ON eligibility_simulation;
DROP TRIGGER simulation_done_is_never_changed ON eligibility_simulation;
DROP FUNCTION eligibility_refuse_change_of_simulation();
"""


class Migration(migrations.Migration):
    dependencies = [("eligibility", "0009_try_drafts_on_snapshots")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
