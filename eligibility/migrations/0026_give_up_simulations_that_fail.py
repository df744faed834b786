from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("eligibility", "0025_begin_a_version_again_where_it_was_stopped")]

    operations = [
        migrations.AddField(
            model_name="simulation",
            name="failures",
            field=models.PositiveSmallIntegerField(default=0, help_text="steps that failed in a row"),
        ),
    ]
