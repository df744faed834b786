from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("regions", "0002_name_parameters_of_duplicates_and_retention"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="parameter",
            name="parameter_name_is_known",
        ),
        migrations.AlterField(
            model_name="parameter",
            name="name",
            field=models.CharField(max_length=40, verbose_name="name"),
        ),
        migrations.AddConstraint(
            model_name="parameter",
            constraint=models.CheckConstraint(
                condition=models.Q(("name__regex", "^[a-z0-9][a-z0-9_-]*$")),
                name="parameter_name_is_well_formed",
            ),
        ),
    ]
