"""Visits recorded before every look was kept: each becomes a check of the fact it was about."""

from django.db import migrations

FORWARD = """
INSERT INTO verification_factcheck (fact_id, recorded, seen, seen_on, seen_by_id, recorded_at)
SELECT fact.id, fact.value, visit.observed_value, (visit.recorded_at AT TIME ZONE 'Asia/Jakarta')::date,
       visit.recorded_by_id, visit.recorded_at
FROM appeals_groundcheck visit
JOIN appeals_appeal appeal ON appeal.id = visit.appeal_id
JOIN verification_fact fact ON fact.id = appeal.fact_id
WHERE visit.state = 'recorded'
ORDER BY visit.recorded_at, visit.id;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("appeals", "0003_more_sources_to_correct"),
        ("verification", "0015_checks_of_facts_are_never_changed"),
    ]

    operations = [migrations.RunSQL(FORWARD, migrations.RunSQL.noop)]
