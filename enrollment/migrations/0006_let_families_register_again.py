from django.db import migrations, models
from django.db.models import Q

IN_FORCE = ("submitted", "matching", "decided", "announced")
SAME_FAMILY = "This family already has an open application."
SAME_OWNER = "You already have an open application."


def once(field, condition, name, message):
    constraint = models.UniqueConstraint(
        fields=[field], condition=condition, name=name, violation_error_message=message
    )
    return migrations.AddConstraint(model_name="application", constraint=constraint)


class Migration(migrations.Migration):
    dependencies = [
        ("enrollment", "0005_note_when_a_family_says_again_how_it_lives"),
    ]

    operations = [
        migrations.AddField(
            model_name="application",
            name="closed_at",
            field=models.DateTimeField(
                blank=True, editable=False, help_text="when it ended after its result", null=True
            ),
        ),
        once("family", Q(state__in=IN_FORCE), "application_one_in_force_per_family", SAME_FAMILY),
        once("owner", Q(state__in=IN_FORCE), "application_one_in_force_per_owner", SAME_OWNER),
        once("family", Q(state="draft"), "application_one_draft_per_family", SAME_FAMILY),
        once("owner", Q(state="draft"), "application_one_draft_per_owner", SAME_OWNER),
        migrations.RemoveConstraint(model_name="application", name="application_one_open_per_family"),
        migrations.RemoveConstraint(model_name="application", name="application_one_open_per_owner"),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=Q(closed_at=None) | Q(state="withdrawn", decided_at__isnull=False),
                name="application_closed_after_its_result",
            ),
        ),
    ]
