from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # an index is built beside the work, not in its way

    dependencies = [("verification", "0019_say_why_a_fact_was_asked_for")]

    operations = [
        AddIndexConcurrently(
            model_name="sourcerequest",
            index=models.Index(
                fields=["answered_at"], condition=models.Q(("state", "not_found")), name="source_request_not_found"
            ),
        ),
    ]
