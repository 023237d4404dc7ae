"""Filters that are too long for an address."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

COMMENT = "COMMENT ON INDEX stored_filter_unique IS 'Storing a filter once; reading the one that an address names.'"


class Migration(migrations.Migration):
    dependencies = [
        ("profiles_app", "0008_saved_views"),
    ]

    operations = [
        migrations.CreateModel(
            name="StoredFilter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(max_length=32)),
                ("where", models.JSONField()),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "project",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="stored_filters",
                        to="profiles_app.project",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("project", "digest"), name="stored_filter_unique"),
                ],
            },
        ),
        migrations.RunSQL(COMMENT, migrations.RunSQL.noop),
    ]
