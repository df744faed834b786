"""What earlier versions kept with the check goes to the schema of its own; the search finds it there."""

import base64

from django.db import migrations

from perlinsos.core import crypto


def move(apps, schema_editor):
    checks = apps.get_model("verification", "FaceCheck").objects.filter(template__isnull=False)
    templates = apps.get_model("verification", "FaceTemplate").objects
    for check in checks.select_related("application").iterator(chunk_size=1000):
        vector = base64.b64decode(check.template)
        templates.create(
            face_check=check,
            person_id=check.application.applicant_id,
            engine_version=check.engine_version,
            sealed=crypto.seal(vector, place=f"biometrics.face_template.{check.pk}"),
        )


class Migration(migrations.Migration):
    dependencies = [("verification", "0005_keep_face_templates_in_a_schema_of_their_own")]

    operations = [migrations.RunPython(move, migrations.RunPython.noop)]
