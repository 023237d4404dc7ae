"""Changes of many people at once, and who is concerned."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

COMMENTS = """
COMMENT ON INDEX bulk_change_open IS 'Worker: changes that lost theirs, and old drafts.';
COMMENT ON INDEX bulk_change_of_project IS 'Deleting a project.';
COMMENT ON INDEX bulk_chunk_unique IS 'The next chunk of a change.';
"""


class Migration(migrations.Migration):
    dependencies = [
        ("profiles_app", "0006_column_choice"),
    ]

    operations = [
        migrations.CreateModel(
            name="BulkChange",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[("set", "Set a property"), ("unset", "Remove a property"), ("delete", "Delete")],
                        max_length=10,
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=255)),
                ("value", models.JSONField(null=True)),
                ("back", models.TextField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("waiting", "Waiting"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("cancelled", "Cancelled"),
                            ("failed", "Failed"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("people", models.PositiveIntegerField()),
                ("done", models.PositiveIntegerField(default=0)),
                ("changed", models.PositiveIntegerField(default=0)),
                ("unchanged", models.PositiveIntegerField(default=0)),
                ("refused", models.PositiveIntegerField(default=0)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("started_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("beat_at", models.DateTimeField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "group_key",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, to="profiles_app.groupkey"
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="bulk_changes",
                        to="profiles_app.project",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="BulkChunk",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("place", models.PositiveIntegerField()),
                ("ids", django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ("done", models.BooleanField(default=False)),
                (
                    "change",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="chunks",
                        to="profiles_app.bulkchange",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="bulkchange",
            index=models.Index(condition=models.Q(("ended_at", None)), fields=["beat_at"], name="bulk_change_open"),
        ),
        migrations.AddIndex(
            model_name="bulkchange",
            index=models.Index(fields=["project"], name="bulk_change_of_project"),
        ),
        migrations.AddConstraint(
            model_name="bulkchunk",
            constraint=models.UniqueConstraint(fields=("change", "place"), name="bulk_chunk_unique"),
        ),
        migrations.RunSQL(COMMENTS, migrations.RunSQL.noop),
    ]
