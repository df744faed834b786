from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("eligibility", "0015_follow_parameters_of_regions"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="followedparameter",
            name="followed_parameter_name_is_known",
        ),
        migrations.AlterField(
            model_name="followedparameter",
            name="name",
            field=models.CharField(max_length=40),
        ),
        migrations.AddConstraint(
            model_name="followedparameter",
            constraint=models.CheckConstraint(
                condition=models.Q(("name__regex", "^[a-z0-9][a-z0-9_-]*$")),
                name="followed_parameter_name_is_well_formed",
            ),
        ),
    ]
