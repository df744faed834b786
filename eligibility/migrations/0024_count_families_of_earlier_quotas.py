"""Who still holds a place from an earlier period counts against the quota of the next one.

A family receives for years, a quota holds for one. What is taken of a quota is what its own announcements gave
and what families of its area hold from quotas of the programme that began no later. `eligibility_held_from_earlier`
lists the latter, for services and for the trigger, so that the two cannot count differently. Whoever gives out
places holds every quota that may count the same families, in one order; the trigger looks at each of them. An
order that gives nobody of the area of a quota a new place is never beyond it: nobody loses a place. A quota
inside the area of another one would promise the same places twice, so it is refused for the same days.
"""

from importlib import import_module

from django.db import migrations

COUNTING = """
CREATE FUNCTION eligibility_lies_in(code text, area text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT code = area OR starts_with(code, area || '.') $$;

CREATE FUNCTION eligibility_held_from_earlier(quota bigint) RETURNS SETOF bigint LANGUAGE sql STABLE AS $$
    SELECT e.id
        FROM eligibility_quota q
        JOIN eligibility_quota o ON o.programme_id = q.programme_id AND o.id <> q.id
            AND (eligibility_lies_in(o.area_id, q.area_id) OR eligibility_lies_in(q.area_id, o.area_id))
            AND coalesce(lower(o.valid_during), '-infinity') <= coalesce(lower(q.valid_during), '-infinity')
        JOIN eligibility_batch b ON b.quota_id = o.id
        JOIN eligibility_batchentry e ON e.batch_id = b.id
        JOIN enrollment_application a ON a.id = e.application_id AND eligibility_lies_in(a.village_id, q.area_id)
        WHERE q.id = quota AND (
            EXISTS (
                SELECT 1 FROM eligibility_rankedentry p JOIN eligibility_ranking r ON r.id = p.ranking_id
                WHERE p.entry_id = e.id AND r.is_current AND p.placement = 'funded'
            )
            OR EXISTS (
                SELECT 1 FROM eligibility_participation n
                WHERE n.entry_id = e.id AND n.state IN ('active', 'check', 'suspended')
            )
        )
$$;

CREATE FUNCTION eligibility_places_given(ranking bigint, area text) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT count(*)
        FROM eligibility_rankedentry p
        JOIN eligibility_batchentry e ON e.id = p.entry_id
        JOIN enrollment_application a ON a.id = e.application_id
        WHERE p.ranking_id = ranking AND p.placement = 'funded' AND eligibility_lies_in(a.village_id, area)
$$;

CREATE OR REPLACE FUNCTION eligibility_never_overfund() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    drawn eligibility_ranking%ROWTYPE;
    own eligibility_quota%ROWTYPE;
    held eligibility_quota%ROWTYPE;
    counted text;
    taken bigint;
    earlier bigint;
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
    SELECT q.* INTO own FROM eligibility_quota q JOIN eligibility_batch b ON b.quota_id = q.id
        WHERE b.id = drawn.batch_id;
    PERFORM 1 FROM eligibility_quota q
        WHERE q.programme_id = own.programme_id
            AND (eligibility_lies_in(q.area_id, own.area_id) OR eligibility_lies_in(own.area_id, q.area_id))
        ORDER BY q.area_id, q.id FOR UPDATE;
    FOR held IN
        SELECT q.* FROM eligibility_quota q
            WHERE q.programme_id = own.programme_id
                AND (eligibility_lies_in(q.area_id, own.area_id) OR eligibility_lies_in(own.area_id, q.area_id))
                AND coalesce(lower(q.valid_during), '-infinity') >= coalesce(lower(own.valid_during), '-infinity')
                AND (q.id = own.id OR EXISTS (SELECT 1 FROM eligibility_batch b
                    WHERE b.quota_id = q.id AND b.state IN ('announced', 'final')))
            ORDER BY q.id
    LOOP
        SELECT count(*) INTO taken
            FROM eligibility_batch b
            JOIN eligibility_ranking r ON r.batch_id = b.id AND r.is_current
            JOIN eligibility_rankedentry p ON p.ranking_id = r.id AND p.placement = 'funded'
            WHERE b.quota_id = held.id;
        taken := taken + (SELECT count(*) FROM eligibility_held_from_earlier(held.id));
        IF taken > held.places THEN
            SELECT coalesce(sum(eligibility_places_given(r.id, held.area_id)), 0) INTO earlier
                FROM eligibility_ranking r WHERE r.batch_id = drawn.batch_id AND r.number = drawn.number - 1;
            IF eligibility_places_given(drawn.id, held.area_id) > earlier THEN
                RAISE EXCEPTION 'quota % has % places and would fund % families', held.id, held.places, taken
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'ranking_never_overfunds_the_quota';
            END IF;
        END IF;
    END LOOP;
    IF counted IS NOT NULL THEN
        PERFORM set_config('eligibility.counted', counted, true);
    END IF;
    RETURN NULL;
END $$;
"""

WITHIN = """
CREATE FUNCTION eligibility_quota_not_within_another() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    other bigint;
BEGIN
    PERFORM 1 FROM eligibility_programme WHERE id = NEW.programme_id FOR NO KEY UPDATE;
    SELECT q.id INTO other FROM eligibility_quota q
        WHERE q.programme_id = NEW.programme_id AND q.area_id <> NEW.area_id AND q.valid_during && NEW.valid_during
            AND (eligibility_lies_in(q.area_id, NEW.area_id) OR eligibility_lies_in(NEW.area_id, q.area_id))
        LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'quota % lies within the area and the days of quota %, or the other way round', NEW.id, other
            USING ERRCODE = 'check_violation', CONSTRAINT = 'quota_not_within_another';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER quota_not_within_another
    AFTER INSERT OR UPDATE OF programme_id, area_id, valid_during ON eligibility_quota
    FOR EACH ROW EXECUTE FUNCTION eligibility_quota_not_within_another();
"""

EARLIER = import_module("eligibility.migrations.0017_never_fund_beyond_a_quota_by_a_single_place").BODY
BACKWARD = f"""
{EARLIER}
DROP TRIGGER quota_not_within_another ON eligibility_quota;
DROP FUNCTION eligibility_quota_not_within_another();
DROP FUNCTION eligibility_places_given(bigint, text);
DROP FUNCTION eligibility_held_from_earlier(bigint);
DROP FUNCTION eligibility_lies_in(text, text);
"""


class Migration(migrations.Migration):
    dependencies = [("eligibility", "0023_keep_how_old_each_value_of_a_snapshot_is")]

    operations = [migrations.RunSQL(COUNTING + WITHIN, BACKWARD)]
