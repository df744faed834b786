from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("enrollment", "0004_order_consent_texts_by_topic")]

    operations = [
        migrations.AddField(
            model_name="application",
            name="home_told_on",
            field=models.DateField(
                blank=True,
                editable=False,
                help_text="when the family said again, after sending, how it lives",
                null=True,
            ),
        ),
    ]
