import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("eligibility", "0019_keep_what_simulations_said_of_a_proposal")]

    operations = [
        migrations.AddField(
            model_name="runanswer",
            name="heard",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.SmallIntegerField(blank=True, null=True), blank=True, null=True, size=None
            ),
        ),
    ]
