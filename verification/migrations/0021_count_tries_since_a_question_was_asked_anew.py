from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("verification", "0020_ask_again_whoever_was_not_known"),
    ]

    operations = [
        migrations.AddField(
            model_name="sourcerequest",
            name="attempts_before",
            field=models.PositiveSmallIntegerField(
                default=0,
                help_text="claims until it was last asked anew; `attempts` tells claims apart, so it never falls",
            ),
        ),
        migrations.AddConstraint(
            model_name="sourcerequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("attempts_before__lte", models.F("attempts"))),
                name="source_request_counts_its_tries",
            ),
        ),
    ]
