"""What people change on profiles by hand, for their history and for restoring."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

COMMENTS = """
COMMENT ON INDEX profile_edit_of_profile IS 'Profile page: the history of a profile, and its last edit.';
COMMENT ON INDEX profile_edit_at IS 'The daily task: edits that are too old.';
"""


class Migration(migrations.Migration):
    dependencies = [
        ("profiles_app", "0004_segments"),
    ]

    operations = [
        migrations.CreateModel(
            name="ProfileEdit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("create", "Created"),
                            ("change", "Changed"),
                            ("delete", "Deleted"),
                            ("restore", "Restored"),
                        ],
                        max_length=10,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("before", models.JSONField(default=dict)),
                ("after", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField(null=True)),
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
                    "profile",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="edits",
                        to="profiles_app.profile",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="profiles_app.project",
                    ),
                ),
            ],
        ),
        migrations.AddIndex("profileedit", models.Index(fields=["profile", "id"], name="profile_edit_of_profile")),
        migrations.AddIndex("profileedit", models.Index(fields=["at"], name="profile_edit_at")),
        migrations.RunSQL(COMMENTS, migrations.RunSQL.noop),
    ]
