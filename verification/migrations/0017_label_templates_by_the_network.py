"""A template is comparable as long as the network is the same. The label named the detector as well, so that
everybody enrolled before an update of dlib would have been found by nobody any more."""

from django.db import migrations, models

NETWORK = "the network and how it looks (`Recogniser.version`); what finds the face may change without another label"
LABELS = """
    UPDATE biometrics.face_template SET engine_version = regexp_replace(engine_version, '^dlib [^,]+, ', '');
    UPDATE biometrics.face_segment SET engine_version = regexp_replace(engine_version, '^dlib [^,]+, ', '');
"""


class Migration(migrations.Migration):
    dependencies = [("verification", "0016_keep_what_notes_rest_on")]

    operations = [
        migrations.RunSQL(LABELS, migrations.RunSQL.noop),
        *(
            migrations.AlterField(
                model_name=name, name="engine_version", field=models.CharField(max_length=80, help_text=NETWORK)
            )
            for name in ("facetemplate", "facesegment")
        ),
    ]
