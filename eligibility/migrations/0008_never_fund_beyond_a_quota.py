"""What no constraint of one row can say: all batches of a quota together, all shares of a quota together.

Both look at commit, holding the quota, so that two transactions that do not see each other cannot
both take the last place. A quota that was lowered below the number of families it already funds takes
nothing from them: a ranking may go beyond the places only if it funds no more than the one it follows.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION eligibility_never_overfund() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    held eligibility_quota%ROWTYPE;
    taken integer;
    mine integer;
    earlier integer;
BEGIN
    SELECT q.* INTO held FROM eligibility_quota q JOIN eligibility_batch b ON b.quota_id = q.id
        WHERE b.id = NEW.batch_id FOR UPDATE OF q;
    SELECT count(*), count(*) FILTER (WHERE r.batch_id = NEW.batch_id) INTO taken, mine
        FROM eligibility_rankedentry e
        JOIN eligibility_ranking r ON r.id = e.ranking_id AND r.is_current
        JOIN eligibility_batch b ON b.id = r.batch_id
        WHERE b.quota_id = held.id AND e.placement = 'funded';
    IF taken <= held.places THEN
        RETURN NULL;
    END IF;
    SELECT count(*) INTO earlier
        FROM eligibility_rankedentry e
        JOIN eligibility_ranking r ON r.id = e.ranking_id
        WHERE r.batch_id = NEW.batch_id AND r.number = NEW.number - 1 AND e.placement = 'funded';
    IF mine > earlier THEN
        RAISE EXCEPTION 'quota % has % places and would fund % families', held.id, held.places, taken
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ranking_never_overfunds_the_quota';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER ranking_never_overfunds_the_quota AFTER INSERT OR UPDATE ON eligibility_ranking
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.is_current)
    EXECUTE FUNCTION eligibility_never_overfund();

CREATE FUNCTION eligibility_shares_within_the_quota() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    total integer;
BEGIN
    PERFORM 1 FROM eligibility_quota WHERE id = NEW.quota_id FOR UPDATE;
    SELECT sum(percent) INTO total FROM eligibility_reservedshare WHERE quota_id = NEW.quota_id;
    IF total > 100 THEN
        RAISE EXCEPTION 'the shares of quota % are % percent', NEW.quota_id, total
            USING ERRCODE = 'check_violation', CONSTRAINT = 'reserved_shares_within_the_quota';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER reserved_shares_within_the_quota AFTER INSERT OR UPDATE ON eligibility_reservedshare
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION eligibility_shares_within_the_quota();
"""

BACKWARD = """
DROP TRIGGER reserved_shares_within_the_quota ON eligibility_reservedshare;
DROP FUNCTION eligibility_shares_within_the_quota();
DROP TRIGGER ranking_never_overfunds_the_quota ON eligibility_ranking;
DROP FUNCTION eligibility_never_overfund();
"""


class Migration(migrations.Migration):
    dependencies = [("eligibility", "0007_reserve_places_and_let_families_leave")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
