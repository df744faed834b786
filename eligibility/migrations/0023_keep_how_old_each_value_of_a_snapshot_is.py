import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("eligibility", "0022_take_a_snapshot_each_month")]

    operations = [
        migrations.AddField(
            model_name="snapshotrow",
            name="ages",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.SmallIntegerField(blank=True, null=True), blank=True, null=True, size=None
            ),
        ),
    ]
