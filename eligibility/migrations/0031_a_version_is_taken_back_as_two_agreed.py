"""The database takes a version back only where two officers agreed, under the decree they named; what they said stays."""

from django.db import migrations

KEPT = """
CREATE OR REPLACE FUNCTION eligibility_rule_set_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    expected eligibility_ruleset := OLD;
BEGIN
    IF OLD.withdrawn_at IS NULL THEN
        expected.updated_at := NEW.updated_at;
        expected.begun_at := NEW.begun_at;
        expected.withdrawn_at := NEW.withdrawn_at;
        expected.withdrawn_under_id := NEW.withdrawn_under_id;
        IF NEW.withdrawn_at IS NOT NULL OR lower(NEW.valid_during) = lower(OLD.valid_during) THEN
            expected.valid_during := NEW.valid_during;
        END IF;
    END IF;
    IF NEW IS DISTINCT FROM expected THEN
        RAISE EXCEPTION '% on % is refused: a version is followed by the next one, never changed', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege';
    END IF;
"""
AGREED = """
    IF NEW.withdrawn_at IS NOT NULL AND OLD.withdrawn_at IS NULL AND NOT EXISTS (
        SELECT FROM eligibility_withdrawal withdrawal
        WHERE withdrawal.rule_set_id = NEW.id AND withdrawal.state = 'effective'
            AND withdrawal.decree_id = NEW.withdrawn_under_id
    ) THEN
        RAISE EXCEPTION '% on % is refused: a version is taken back as two officers agreed', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'check_violation';
    END IF;
"""
END = """
    RETURN NEW;
END $$;
"""
FORWARD = f"""
{KEPT}{AGREED}{END}
CREATE FUNCTION eligibility_withdrawal_is_only_answered() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    expected eligibility_withdrawal := OLD;
BEGIN
    IF OLD.state = 'proposed' THEN
        expected.updated_at := NEW.updated_at;
        expected.state := NEW.state;
        expected.decided_by_id := NEW.decided_by_id;
    END IF;
    IF NEW IS DISTINCT FROM expected THEN
        RAISE EXCEPTION '% on % is refused: what an approval rests on is never changed', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER withdrawal_is_only_answered BEFORE UPDATE ON eligibility_withdrawal
    FOR EACH ROW EXECUTE FUNCTION eligibility_withdrawal_is_only_answered();
CREATE TRIGGER withdrawal_is_never_removed BEFORE DELETE ON eligibility_withdrawal
    FOR EACH ROW EXECUTE FUNCTION eligibility_refuse_change_of_approval();
CREATE TRIGGER withdrawal_no_truncate BEFORE TRUNCATE ON eligibility_withdrawal
    FOR EACH STATEMENT EXECUTE FUNCTION eligibility_refuse_change_of_approval();
"""
BACKWARD = f"""
DROP TRIGGER withdrawal_no_truncate ON eligibility_withdrawal;
DROP TRIGGER withdrawal_is_never_removed ON eligibility_withdrawal;
DROP TRIGGER withdrawal_is_only_answered ON eligibility_withdrawal;
DROP FUNCTION eligibility_withdrawal_is_only_answered();
{KEPT}{END}
"""


class Migration(migrations.Migration):
    dependencies = [("eligibility", "0030_take_versions_back_by_two")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
