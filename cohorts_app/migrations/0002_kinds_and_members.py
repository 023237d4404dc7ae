import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

# A deleted cohort takes its members with it, also where PostgreSQL deletes it with its kind of group.
_MEMBERS = """
CREATE SEQUENCE cohorts_app_revision;
CREATE FUNCTION cohorts_app_clear() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM cohorts_app_member WHERE cohort_id = OLD.id;
    RETURN NULL;
END
$$;
CREATE TRIGGER cohort_clear AFTER DELETE ON cohorts_app_cohort FOR EACH ROW EXECUTE FUNCTION cohorts_app_clear();
"""
_NO_MEMBERS = """
DROP TRIGGER cohort_clear ON cohorts_app_cohort;
DROP FUNCTION cohorts_app_clear();
DROP SEQUENCE cohorts_app_revision;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("cohorts_app", "0001_cohorts"),
        ("profiles_app", "0004_segments"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Member",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "cohort_id", "profile_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "cohort",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="members",
                        to="cohorts_app.cohort",
                    ),
                ),
                (
                    "profile",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="profiles_app.profile",
                    ),
                ),
                ("born_at", models.DateTimeField()),
                ("added_at", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="cohort",
            name="description",
            field=models.CharField(blank=True, db_default="", default="", max_length=1000),
        ),
        migrations.AddField(
            model_name="cohort",
            name="is_private",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="cohort",
            name="is_verified",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="cohort",
            name="kind",
            field=models.CharField(
                choices=[("dynamic", "Dynamic"), ("static", "Static")],
                db_default="dynamic",
                default="dynamic",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="cohort",
            name="revision",
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="cohort",
            name="size",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="cohort",
            name="size_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="cohort",
            name="size_due_at",
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
        ),
        migrations.AddField(
            model_name="cohort",
            name="size_error",
            field=models.CharField(blank=True, db_default="", default="", max_length=500),
        ),
        migrations.AddField(
            model_name="cohort",
            name="size_tries",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="cohort",
            name="version",
            field=models.PositiveIntegerField(db_default=1, default=1),
        ),
        migrations.AlterField(
            model_name="cohort",
            name="definition",
            field=models.JSONField(null=True),
        ),
        migrations.AddIndex(
            model_name="cohort",
            index=models.Index(fields=["size_due_at"], name="cohort_size_due"),
        ),
        migrations.AddConstraint(
            model_name="cohort",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("definition__isnull", True), ("kind", "static")),
                    models.Q(("definition__isnull", False), ("kind", "dynamic")),
                    _connector="OR",
                ),
                name="cohort_has_filter_or_list",
            ),
        ),
        migrations.RunSQL(_MEMBERS, _NO_MEMBERS),
    ]
