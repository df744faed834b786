"""Face templates get the schema `biometrics`, which only the role of the face workers may open.

`docker-compose.yml` makes the schema and the role before any table; on a server with one role for
everything the schema is made here. Default privileges of the schema decide who may read the tables,
so they are created in it, not moved there.
"""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

INTO_BIOMETRICS = "CREATE SCHEMA IF NOT EXISTS biometrics; SET LOCAL search_path TO biometrics, public"
BACK = "SET LOCAL search_path TO public, biometrics"


class Migration(migrations.Migration):
    dependencies = [
        ("enrollment", "0002_number_applications_by_a_sequence"),
        ("verification", "0004_keep_every_answer_about_a_face"),
    ]

    operations = [
        migrations.RunSQL(INTO_BIOMETRICS, BACK),
        migrations.CreateModel(
            name="FaceSegment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("region", models.CharField(help_text="code of the regency", max_length=5)),
                ("sex", models.CharField(choices=[("L", "Male"), ("P", "Female")], max_length=1)),
                ("birth_year", models.PositiveSmallIntegerField()),
                ("engine_version", models.CharField(max_length=80)),
                ("size", models.PositiveIntegerField(help_text="templates in it")),
                ("sealed", models.BinaryField(help_text="`gallery.pack` of keys and vectors, AES-256-GCM")),
            ],
            options={
                "db_table": "face_segment",
                "indexes": [
                    models.Index(fields=["engine_version", "region", "sex", "birth_year"], name="face_segment_by_block")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("sex__in", ["L", "P"])), name="face_segment_sex_is_known"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="FaceTemplate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "region",
                    models.CharField(blank=True, help_text="code of the regency, known when enrolled", max_length=5),
                ),
                ("sex", models.CharField(blank=True, choices=[("L", "Male"), ("P", "Female")], max_length=1)),
                ("birth_year", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("engine_version", models.CharField(max_length=80)),
                (
                    "sealed",
                    models.BinaryField(blank=True, help_text="512 bytes (`vectors.to_bytes`), AES-256-GCM", null=True),
                ),
                ("enrolled_at", models.DateTimeField(blank=True, null=True)),
                (
                    "searched_at",
                    models.DateTimeField(blank=True, help_text="compared with its own and near blocks", null=True),
                ),
                (
                    "searched_widely_at",
                    models.DateTimeField(blank=True, help_text="compared with everybody", null=True),
                ),
                ("erased_at", models.DateTimeField(blank=True, null=True)),
                (
                    "erased_under",
                    models.CharField(blank=True, help_text="retention policy and reason code", max_length=60),
                ),
                (
                    "face_check",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="face_template",
                        to="verification.facecheck",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="+",
                        to="enrollment.person",
                    ),
                ),
                (
                    "segment",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="templates",
                        to="verification.facesegment",
                    ),
                ),
            ],
            options={
                "db_table": "face_template",
                "indexes": [
                    models.Index(
                        condition=models.Q(("enrolled_at__isnull", False), ("erased_at", None), ("segment", None)),
                        fields=["engine_version", "region", "sex", "birth_year"],
                        name="face_template_loose",
                    ),
                    models.Index(
                        condition=models.Q(("erased_at", None), ("searched_at", None)),
                        fields=["id"],
                        name="face_template_to_search",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("enrolled_at__isnull", False), ("erased_at", None), ("searched_widely_at", None)
                        ),
                        fields=["id"],
                        name="face_template_to_search_widely",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("erased_at", None), ("sealed__isnull", False)),
                            models.Q(
                                ("erased_at__isnull", False),
                                ("sealed", None),
                                ("segment", None),
                                models.Q(("erased_under", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="face_template_erased_or_sealed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("enrolled_at", None),
                            models.Q(
                                ("birth_year__isnull", False),
                                ("person__isnull", False),
                                models.Q(("region", ""), _negated=True),
                                models.Q(("sex", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="face_template_enrolled_in_a_block",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("enrolled_at__isnull", False), ("erased_at", None)),
                        fields=("person",),
                        name="face_template_one_enrolled_per_person",
                    ),
                ],
            },
        ),
        migrations.RunSQL(BACK, INTO_BIOMETRICS),
    ]
