import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("eligibility", "0026_give_up_simulations_that_fail")]

    operations = [
        migrations.AddField(
            model_name="ruledraft",
            name="tried",
            field=models.ForeignKey(
                blank=True,
                help_text="the replay that was proposed",
                null=True,
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="+",
                to="eligibility.draftreplay",
            ),
        ),
        migrations.AddField(
            model_name="ruledraft",
            name="golden_changes",
            field=models.JSONField(
                blank=True,
                default=list,
                editable=False,
                help_text="what was done to golden families since the version before: [{event, code, action, by, at}]",
            ),
        ),
    ]
