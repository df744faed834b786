from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("appeals", "0001_first_tables")]

    operations = [migrations.RunSQL("CREATE SEQUENCE appeals_reference", "DROP SEQUENCE appeals_reference")]
