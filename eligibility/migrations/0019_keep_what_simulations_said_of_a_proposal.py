from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("eligibility", "0018_decisions_and_places_are_never_changed")]

    operations = [
        migrations.AddField(
            model_name="ruledraft",
            name="simulation_summary",
            field=models.JSONField(
                blank=True,
                default=list,
                editable=False,
                help_text="what simulations of this text said when it was proposed, see eligibility.drafting",
            ),
        ),
    ]
