"""Who holds a place from an earlier quota is found from the places and the participations themselves.

The sweep of free places asks every half minute. Before, each entry of each earlier announcement was looked at, also of
families who were never funded, and more of them with every period. The rows are the same.
"""

from importlib import import_module

from django.db import migrations, models

HELD = """
CREATE OR REPLACE FUNCTION eligibility_held_from_earlier(quota bigint) RETURNS SETOF bigint LANGUAGE sql STABLE AS $$
    WITH earlier AS MATERIALIZED (
        SELECT b.id AS batch, q.area_id AS area, q.programme_id AS programme
            FROM eligibility_quota q
            JOIN eligibility_quota o ON o.programme_id = q.programme_id AND o.id <> q.id
                AND (eligibility_lies_in(o.area_id, q.area_id) OR eligibility_lies_in(q.area_id, o.area_id))
                AND coalesce(lower(o.valid_during), '-infinity') <= coalesce(lower(q.valid_during), '-infinity')
            JOIN eligibility_batch b ON b.quota_id = o.id
            WHERE q.id = quota
    )
    SELECT e.id
        FROM earlier
        JOIN eligibility_ranking r ON r.batch_id = earlier.batch AND r.is_current
        JOIN eligibility_rankedentry p ON p.ranking_id = r.id AND p.placement = 'funded'
        JOIN eligibility_batchentry e ON e.id = p.entry_id
        JOIN enrollment_application a ON a.id = e.application_id AND eligibility_lies_in(a.village_id, earlier.area)
    UNION
    SELECT e.id
        FROM earlier
        JOIN eligibility_participation n ON n.programme_id = earlier.programme
            AND n.state IN ('active', 'check', 'suspended')
        JOIN eligibility_batchentry e ON e.id = n.entry_id AND e.batch_id = earlier.batch
        JOIN enrollment_application a ON a.id = e.application_id AND eligibility_lies_in(a.village_id, earlier.area)
$$;
"""

COUNTING = import_module("eligibility.migrations.0024_count_families_of_earlier_quotas").COUNTING
START = COUNTING.index("CREATE FUNCTION eligibility_held_from_earlier")
BEFORE = COUNTING[START : COUNTING.index("$$;", START) + 3].replace("CREATE", "CREATE OR REPLACE", 1)


class Migration(migrations.Migration):
    dependencies = [("eligibility", "0032_end_waiting_lists_with_their_period")]

    operations = [
        migrations.AddIndex(
            model_name="rankedentry",
            index=models.Index(
                condition=models.Q(("placement", "funded")), fields=["ranking"], name="ranked_entry_funded"
            ),
        ),
        migrations.RunSQL(HELD, BEFORE),
    ]
