import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("verification", "0006_move_the_templates_of_face_checks"),
    ]

    operations = [
        migrations.RemoveField(
            model_name="facecheck",
            name="template",
        ),
        migrations.CreateModel(
            name="DuplicateCandidate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "To be compared"),
                            ("visit", "Waiting for a visit"),
                            ("same", "One person, to be followed up"),
                            ("different", "Two people"),
                            ("followed_up", "One person, followed up"),
                        ],
                        default="open",
                        editable=False,
                        max_length=12,
                    ),
                ),
                ("raw_distance", models.FloatField()),
                ("cen_distance", models.FloatField(blank=True, null=True)),
                ("threshold_version", models.CharField(max_length=40)),
                ("engine_version", models.CharField(max_length=80)),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("same_person", "It is the same person"),
                            ("different_person", "They are two people"),
                            ("twins", "They are twins or relatives who look alike"),
                            ("unsure", "I am not sure: ask the village agents to visit"),
                        ],
                        max_length=20,
                    ),
                ),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                ("handed_over_at", models.DateTimeField(blank=True, null=True)),
                (
                    "follow_up",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("one_withdrawn", "The person keeps one registration and withdraws the other"),
                            ("data_corrected", "The identity data are being corrected at Dukcapil"),
                            ("reported", "Handed to those who investigate misuse"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "first",
                    models.ForeignKey(
                        help_text="the lower number",
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="+",
                        to="enrollment.person",
                    ),
                ),
                (
                    "first_check",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.RESTRICT, related_name="+", to="verification.facecheck"
                    ),
                ),
                (
                    "handed_over_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "second",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.RESTRICT, related_name="+", to="enrollment.person"
                    ),
                ),
                (
                    "second_check",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.RESTRICT, related_name="+", to="verification.facecheck"
                    ),
                ),
                (
                    "settled_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "possible duplicate",
                "verbose_name_plural": "possible duplicates",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["open", "visit"])),
                        fields=["created_at"],
                        name="duplicate_candidate_waiting",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["open", "visit", "same", "different", "followed_up"])),
                        name="duplicate_candidate_state_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("first__lt", models.F("second"))),
                        name="duplicate_candidate_two_people_in_order",
                    ),
                    models.UniqueConstraint(fields=("first", "second"), name="duplicate_candidate_once_per_pair"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ("open", "visit")),
                            models.Q(("settled_by__isnull", False), models.Q(("answer", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="duplicate_candidate_settled_only_by_a_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "followed_up"), _negated=True),
                            models.Q(("follow_up", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="duplicate_candidate_followed_up_with_a_reason",
                    ),
                ],
            },
        ),
    ]
