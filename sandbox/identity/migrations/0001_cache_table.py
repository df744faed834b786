from django.db import migrations


class Migration(migrations.Migration):
    """What `createcachetable` would make: authorization codes live here for two minutes."""

    initial = True
    dependencies = []
    operations = [
        migrations.RunSQL(
            """
            CREATE TABLE sandbox_cache (
                cache_key varchar(255) PRIMARY KEY,
                value text NOT NULL,
                expires timestamp with time zone NOT NULL
            );
            CREATE INDEX sandbox_cache_expires ON sandbox_cache (expires);
            """,
            "DROP TABLE sandbox_cache;",
        )
    ]
