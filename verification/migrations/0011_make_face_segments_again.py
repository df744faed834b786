"""Segments hold rounded faces now. They are made from the templates, so the old ones are let go of:
until the next folding every template is loose, and found all the same."""

from django.db import migrations

LOOSE = """
    UPDATE biometrics.face_template SET segment_id = NULL WHERE segment_id IS NOT NULL;
    DELETE FROM biometrics.face_segment;
"""


class Migration(migrations.Migration):
    dependencies = [("verification", "0010_more_sources")]

    operations = [migrations.RunSQL(LOOSE, LOOSE)]
