import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import perlinsos.core.fields

FORWARD = """
CREATE TRIGGER fact_note_is_never_changed BEFORE UPDATE OR DELETE ON verification_factnote
    FOR EACH ROW EXECUTE FUNCTION verification_refuse_change();
CREATE TRIGGER fact_note_no_truncate BEFORE TRUNCATE ON verification_factnote
    FOR EACH STATEMENT EXECUTE FUNCTION verification_refuse_change();
"""

BACKWARD = """
DROP TRIGGER fact_note_no_truncate ON verification_factnote;
DROP TRIGGER fact_note_is_never_changed ON verification_factnote;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("verification", "0015_checks_of_facts_are_never_changed"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="FactNote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("evidence", perlinsos.core.fields.EncryptedTextField()),
                ("written_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "fact",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.RESTRICT, related_name="note", to="verification.fact"
                    ),
                ),
                (
                    "written_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.RESTRICT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={"verbose_name": "note about a fact", "verbose_name_plural": "notes about facts"},
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
