from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("eligibility", "0031_a_version_is_taken_back_as_two_agreed")]

    operations = [
        migrations.RemoveConstraint(model_name="rankedentry", name="ranked_entry_placement_is_known"),
        migrations.RemoveConstraint(model_name="ranking", name="ranking_cause_is_known"),
        migrations.AlterField(
            model_name="rankedentry",
            name="placement",
            field=models.CharField(
                choices=[
                    ("funded", "Will receive"),
                    ("waiting", "Waiting list"),
                    ("not_eligible", "Not eligible"),
                    ("left", "No longer takes part"),
                    ("lapsed", "Waiting list ended with its period"),
                ],
                max_length=15,
            ),
        ),
        migrations.AlterField(
            model_name="ranking",
            name="cause",
            field=models.CharField(
                choices=[
                    ("announcement", "Announcement"),
                    ("appeal", "Appeal upheld"),
                    ("vacancy", "A place fell free"),
                    ("quota", "The number of places changed"),
                    ("overlap", "Another programme gave or freed a place"),
                    ("period", "The period of the places ended"),
                ],
                max_length=15,
            ),
        ),
        migrations.AddConstraint(
            model_name="rankedentry",
            constraint=models.CheckConstraint(
                condition=models.Q(("placement__in", ["funded", "waiting", "not_eligible", "left", "lapsed"])),
                name="ranked_entry_placement_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="ranking",
            constraint=models.CheckConstraint(
                condition=models.Q(("cause__in", ["announcement", "appeal", "vacancy", "quota", "overlap", "period"])),
                name="ranking_cause_is_known",
            ),
        ),
    ]
