"""The database itself keeps decisions and orders as they were made: none is changed, none disappears.

A decision stays as it is. Of an order only two things move, and each only once: it stops being the current
one, and a family is told of its place. Whole rows are compared, so a column that is added later is kept too.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION eligibility_refuse_change_of_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: it is followed by a newer row, never changed', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE FUNCTION eligibility_ranking_only_ends() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    expected eligibility_ranking := OLD;
BEGIN
    expected.updated_at := NEW.updated_at;
    IF OLD.is_current THEN
        expected.is_current := NEW.is_current;
    END IF;
    IF NEW IS DISTINCT FROM expected THEN
        RAISE EXCEPTION '% on % is refused: an order is followed by a newer row, never changed', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION eligibility_place_is_only_told() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    expected eligibility_rankedentry := OLD;
BEGIN
    IF OLD.told_at IS NULL THEN
        expected.told_at := NEW.told_at;
    END IF;
    IF NEW IS DISTINCT FROM expected THEN
        RAISE EXCEPTION '% on % is refused: a place is followed by a newer row, never changed', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER determination_is_never_changed BEFORE UPDATE OR DELETE ON eligibility_determination
    FOR EACH ROW EXECUTE FUNCTION eligibility_refuse_change_of_history();
CREATE TRIGGER determination_no_truncate BEFORE TRUNCATE ON eligibility_determination
    FOR EACH STATEMENT EXECUTE FUNCTION eligibility_refuse_change_of_history();
CREATE TRIGGER ranking_only_ends BEFORE UPDATE ON eligibility_ranking
    FOR EACH ROW EXECUTE FUNCTION eligibility_ranking_only_ends();
CREATE TRIGGER ranking_is_never_removed BEFORE DELETE ON eligibility_ranking
    FOR EACH ROW EXECUTE FUNCTION eligibility_refuse_change_of_history();
CREATE TRIGGER ranking_no_truncate BEFORE TRUNCATE ON eligibility_ranking
    FOR EACH STATEMENT EXECUTE FUNCTION eligibility_refuse_change_of_history();
CREATE TRIGGER ranked_entry_is_only_told BEFORE UPDATE ON eligibility_rankedentry
    FOR EACH ROW EXECUTE FUNCTION eligibility_place_is_only_told();
CREATE TRIGGER ranked_entry_is_never_removed BEFORE DELETE ON eligibility_rankedentry
    FOR EACH ROW EXECUTE FUNCTION eligibility_refuse_change_of_history();
CREATE TRIGGER ranked_entry_no_truncate BEFORE TRUNCATE ON eligibility_rankedentry
    FOR EACH STATEMENT EXECUTE FUNCTION eligibility_refuse_change_of_history();
"""

BACKWARD = """
DROP TRIGGER ranked_entry_no_truncate ON eligibility_rankedentry;
DROP TRIGGER ranked_entry_is_never_removed ON eligibility_rankedentry;
DROP TRIGGER ranked_entry_is_only_told ON eligibility_rankedentry;
DROP TRIGGER ranking_no_truncate ON eligibility_ranking;
DROP TRIGGER ranking_is_never_removed ON eligibility_ranking;
DROP TRIGGER ranking_only_ends ON eligibility_ranking;
DROP TRIGGER determination_no_truncate ON eligibility_determination;
DROP TRIGGER determination_is_never_changed ON eligibility_determination;
DROP FUNCTION eligibility_place_is_only_told();
DROP FUNCTION eligibility_ranking_only_ends();
DROP FUNCTION eligibility_refuse_change_of_history();
"""


class Migration(migrations.Migration):
    dependencies = [("eligibility", "0017_never_fund_beyond_a_quota_by_a_single_place")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
