from django.db import connections, migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from pgmq.install import get_embedded_install_sql

QUEUE = "weighbridge"


def install(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Make the queue as the owner, so that the application needs no right but to read and write its rows."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = 'pgmq'")
        if cursor.fetchone() is None:
            # Without parameters the script goes to the server as it is; psycopg sends several statements at once.
            cursor.cursor.execute(get_embedded_install_sql())
        cursor.execute("SELECT pgmq.create(%s)", [QUEUE])
        cursor.execute("SELECT pgmq.enable_notify_insert(%s, 0)", [QUEUE])
        role = connections["default"].settings_dict["USER"]
        cursor.execute(
            "SELECT quote_ident(rolname) FROM pg_roles WHERE rolname = %s AND rolname <> current_user", [role]
        )
        found = cursor.fetchone()
        if found:
            cursor.execute(f"GRANT USAGE ON SCHEMA pgmq TO {found[0]}")
            cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA pgmq TO {found[0]}")
            cursor.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA pgmq TO {found[0]}")


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
