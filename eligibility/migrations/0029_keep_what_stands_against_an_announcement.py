from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("eligibility", "0028_approvals_of_rules_are_never_changed"),
    ]

    operations = [
        migrations.AddField(
            model_name="determination",
            name="waits_until",
            field=models.DateField(blank=True, help_text="first day to receive again after stepping back", null=True),
        ),
        migrations.AddField(
            model_name="determination",
            name="is_time_used_up",
            field=models.BooleanField(default=False, help_text="nothing is left of the time limit"),
        ),
    ]
