"""Saved views of the table."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models.functions import Lower

COMMENTS = """
COMMENT ON INDEX view_shared_unique IS 'Views: those that a project shares.';
COMMENT ON INDEX view_private_unique IS 'Views: those of this person alone.';
"""


class Migration(migrations.Migration):
    dependencies = [
        ("profiles_app", "0007_bulk_changes"),
    ]

    operations = [
        migrations.CreateModel(
            name="SavedView",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100)),
                ("shared", models.BooleanField(default=False)),
                ("query", models.TextField()),
                ("version", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "group_key",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="profiles_app.groupkey",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="views",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="views",
                        to="profiles_app.project",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="savedview",
            constraint=models.UniqueConstraint(
                "project", "group_key", Lower("name"),
                name="view_shared_unique", condition=models.Q(shared=True), nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="savedview",
            constraint=models.UniqueConstraint(
                "project", "group_key", "owner", Lower("name"),
                name="view_private_unique", condition=models.Q(shared=False), nulls_distinct=False,
            ),
        ),
        migrations.RunSQL(COMMENTS, migrations.RunSQL.noop),
    ]  # fmt: skip
