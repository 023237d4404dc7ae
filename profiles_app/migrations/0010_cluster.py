"""Which PostgreSQL cluster the transaction ids of the rows are of."""

from django.db import migrations

CREATE = "CREATE TABLE profiles_app_cluster (system text NOT NULL)"
DROP = "DROP TABLE profiles_app_cluster"


class Migration(migrations.Migration):
    dependencies = [("profiles_app", "0009_stored_filters")]

    operations = [migrations.RunSQL(CREATE, DROP)]
