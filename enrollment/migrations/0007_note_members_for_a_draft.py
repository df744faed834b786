import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


def once(fields, condition, name, message=None):
    words = {"violation_error_message": message} if message else {}
    constraint = models.UniqueConstraint(fields=fields, condition=condition, name=name, **words)
    return migrations.AddConstraint(model_name="member", constraint=constraint)


class Migration(migrations.Migration):
    dependencies = [
        ("enrollment", "0006_let_families_register_again"),
    ]

    operations = [
        migrations.AddField(
            model_name="member",
            name="draft",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                help_text="noted for this draft beside a registration in force; no member before it is sent",
                null=True,
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="noted_members",
                to="enrollment.application",
            ),
        ),
        migrations.RemoveConstraint(model_name="member", name="member_one_family_at_a_time"),
        migrations.RemoveConstraint(model_name="member", name="member_one_head_per_family"),
        once(
            ["person"],
            Q(left_on=None, draft=None),
            "member_one_family_at_a_time",
            "This person already belongs to another family.",
        ),
        once(
            ["family"],
            Q(left_on=None, draft=None, relation="kepala"),
            "member_one_head_per_family",
            "A family has one head.",
        ),
        once(["draft", "person"], Q(left_on=None), "member_noted_once_per_draft"),
    ]
