import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("decrees", "0002_decrees_of_the_nation_and_about_rules"),
        ("eligibility", "0029_keep_what_stands_against_an_announcement"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Withdrawal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "Waiting for a second officer"),
                            ("effective", "In effect"),
                            ("refused", "Not agreed"),
                        ],
                        default="proposed",
                        editable=False,
                        max_length=10,
                    ),
                ),
                ("reason", models.CharField(max_length=200)),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "decree",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.RESTRICT, related_name="+", to="decrees.decree"
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.RESTRICT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "rule_set",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="withdrawals",
                        to="eligibility.ruleset",
                    ),
                ),
            ],
            options={
                "verbose_name": "withdrawal of rules",
                "verbose_name_plural": "withdrawals of rules",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["proposed", "effective", "refused"])),
                        name="withdrawal_state_is_known",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "refused"), _negated=True),
                        fields=("rule_set",),
                        name="withdrawal_once_per_version",
                        violation_error_message="Somebody has proposed already to take this version back.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "effective"), _negated=True),
                            models.Q(
                                ("decided_by__isnull", False),
                                models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="withdrawal_needs_two",
                        violation_error_message="Another officer must agree.",
                    ),
                ],
            },
        ),
    ]
