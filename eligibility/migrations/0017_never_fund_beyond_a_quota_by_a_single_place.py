"""A place that is given by itself, not by a new ranking, is counted too: same function, at commit.

A ranking with ten thousand families gives ten thousand places in one transaction. All of them are looked
at at commit, so one count is enough for all: the function remembers the batch it has just counted, for
the statement that is under way.
"""

from django.db import migrations

BODY = """
CREATE OR REPLACE FUNCTION eligibility_never_overfund() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    drawn eligibility_ranking%ROWTYPE;
    held eligibility_quota%ROWTYPE;
    counted text;
    taken integer;
    mine integer;
    earlier integer;
BEGIN
    IF TG_TABLE_NAME = 'eligibility_ranking' THEN
        drawn := NEW;
    ELSE
        SELECT * INTO drawn FROM eligibility_ranking WHERE id = NEW.ranking_id AND is_current;
        counted := drawn.batch_id || ' ' || extract(epoch FROM statement_timestamp());
        IF NOT FOUND OR counted = current_setting('eligibility.counted', true) THEN
            RETURN NULL;
        END IF;
    END IF;
    SELECT q.* INTO held FROM eligibility_quota q JOIN eligibility_batch b ON b.quota_id = q.id
        WHERE b.id = drawn.batch_id FOR UPDATE OF q;
    SELECT count(*), count(*) FILTER (WHERE r.batch_id = drawn.batch_id) INTO taken, mine
        FROM eligibility_rankedentry e
        JOIN eligibility_ranking r ON r.id = e.ranking_id AND r.is_current
        JOIN eligibility_batch b ON b.id = r.batch_id
        WHERE b.quota_id = held.id AND e.placement = 'funded';
    IF taken > held.places THEN
        SELECT count(*) INTO earlier
            FROM eligibility_rankedentry e
            JOIN eligibility_ranking r ON r.id = e.ranking_id
            WHERE r.batch_id = drawn.batch_id AND r.number = drawn.number - 1 AND e.placement = 'funded';
        IF mine > earlier THEN
            RAISE EXCEPTION 'quota % has % places and would fund % families', held.id, held.places, taken
                USING ERRCODE = 'check_violation', CONSTRAINT = 'ranking_never_overfunds_the_quota';
        END IF;
    END IF;
    IF counted IS NOT NULL THEN
        PERFORM set_config('eligibility.counted', counted, true);
    END IF;
    RETURN NULL;
END $$;
"""

FORWARD = (
    BODY
    + """
CREATE CONSTRAINT TRIGGER place_given_never_overfunds_the_quota AFTER INSERT ON eligibility_rankedentry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.placement = 'funded')
    EXECUTE FUNCTION eligibility_never_overfund();

CREATE CONSTRAINT TRIGGER place_changed_never_overfunds_the_quota
    AFTER UPDATE OF placement, ranking_id ON eligibility_rankedentry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.placement = 'funded' AND (OLD.placement <> 'funded' OR OLD.ranking_id <> NEW.ranking_id))
    EXECUTE FUNCTION eligibility_never_overfund();
"""
)

# The function also serves the trigger of 0008 as it is now: only the triggers go.
BACKWARD = """
DROP TRIGGER place_changed_never_overfunds_the_quota ON eligibility_rankedentry;
DROP TRIGGER place_given_never_overfunds_the_quota ON eligibility_rankedentry;
"""


class Migration(migrations.Migration):
    dependencies = [("eligibility", "0016_follow_parameters_that_rules_name")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
