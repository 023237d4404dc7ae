import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

_CLEAR = """
CREATE OR REPLACE FUNCTION cohorts_app_clear() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM cohorts_app_member WHERE cohort_id = OLD.id;
    DELETE FROM cohorts_app_size WHERE cohort_id = OLD.id;
    DELETE FROM cohorts_app_listline WHERE list_id IN (
        SELECT id FROM cohorts_app_memberlist WHERE cohort_id = OLD.id);
    DELETE FROM cohorts_app_listoutcome WHERE list_id IN (
        SELECT id FROM cohorts_app_memberlist WHERE cohort_id = OLD.id);
    DELETE FROM cohorts_app_memberlist WHERE cohort_id = OLD.id;
    RETURN NULL;
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("cohorts_app", "0002_kinds_and_members"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="MemberList",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("made_at", models.DateTimeField(auto_now_add=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("removes", models.BooleanField(default=False)),
                (
                    "identify",
                    models.CharField(
                        choices=[
                            ("either", "Distinct IDs or e-mails"),
                            ("distinct_id", "Distinct IDs"),
                            ("email", "E-mails"),
                        ],
                        max_length=12,
                    ),
                ),
                ("creates_unknown", models.BooleanField(default=False)),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "Waiting"), ("done", "Done"), ("failed", "Failed")],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("error", models.CharField(blank=True, default="", max_length=500)),
                ("lines", models.PositiveIntegerField(default=0)),
                ("counts", models.JSONField(default=dict)),
                (
                    "cohort",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="lists",
                        to="cohorts_app.cohort",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ListOutcome",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "list_id", "line", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("line", models.PositiveIntegerField()),
                ("outcome", models.PositiveSmallIntegerField()),
                (
                    "list",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="cohorts_app.memberlist",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ListLine",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "list_id", "line", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("line", models.PositiveIntegerField()),
                ("text", models.CharField(max_length=300)),
                (
                    "list",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="cohorts_app.memberlist",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Size",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("size", models.BigIntegerField(null=True)),
                ("version", models.PositiveIntegerField()),
                ("revision", models.BigIntegerField()),
                ("error", models.CharField(blank=True, default="", max_length=500)),
                ("took", models.FloatField(default=0)),
                ("is_past", models.BooleanField(default=False)),
                ("first_id", models.BigIntegerField(null=True)),
                ("members", models.BinaryField(null=True)),
                (
                    "cohort",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="sizes",
                        to="cohorts_app.cohort",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("cohort", "at"), name="cohort_size_unique")],
            },
        ),
        migrations.RunSQL(_CLEAR, migrations.RunSQL.noop),
    ]
