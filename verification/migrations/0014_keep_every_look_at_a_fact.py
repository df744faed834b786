import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("verification", "0013_count_still_photos_and_errors_of_the_sample"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="FactCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "recorded",
                    models.JSONField(help_text="value of the fact, repeated so that the row can say whether it agrees"),
                ),
                ("seen", models.JSONField(help_text="in the unit of the fact")),
                (
                    "agrees",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Q(("seen", models.F("recorded"))),
                        output_field=models.BooleanField(),
                    ),
                ),
                ("seen_on", models.DateField()),
                ("recorded_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "fact",
                    models.ForeignKey(
                        help_text="what was on record",
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="checks",
                        to="verification.fact",
                    ),
                ),
                (
                    "seen_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.RESTRICT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "check of a fact",
                "verbose_name_plural": "checks of facts",
                "indexes": [models.Index(fields=["recorded_at"], name="fact_check_by_time")],
            },
        ),
    ]
