"""The columns that people chose."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

COMMENT = "COMMENT ON INDEX column_choice_unique IS 'The table: the columns that this person chose here.';"


class Migration(migrations.Migration):
    dependencies = [
        ("profiles_app", "0005_profile_edits"),
    ]

    operations = [
        migrations.CreateModel(
            name="ColumnChoice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("names", models.JSONField(default=list)),
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
                    "project",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="column_choices",
                        to="profiles_app.project",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="column_choices",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="columnchoice",
            constraint=models.UniqueConstraint(
                fields=["user", "project", "group_key"], name="column_choice_unique", nulls_distinct=False
            ),
        ),
        migrations.RunSQL(COMMENT, migrations.RunSQL.noop),
    ]
