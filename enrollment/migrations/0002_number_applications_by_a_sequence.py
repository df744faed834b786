from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("enrollment", "0001_first_tables")]

    operations = [migrations.RunSQL("CREATE SEQUENCE enrollment_reference", "DROP SEQUENCE enrollment_reference")]
