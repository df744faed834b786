from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("eligibility", "0024_count_families_of_earlier_quotas")]

    operations = [
        migrations.RemoveConstraint(model_name="run", name="run_once_per_area_and_version"),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "stopped"), _negated=True),
                fields=("area", "because_of"),
                name="run_once_per_area_and_version",
            ),
        ),
    ]
