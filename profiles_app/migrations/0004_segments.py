"""The manifest of the columnar side. No segment was ever written before it."""

import django.db.models.deletion
from django.db import migrations, models

import profiles_app.models.fields

COMMENT = "COMMENT ON INDEX segment_unique IS 'Columnar side: the segments of a project.';"


class Migration(migrations.Migration):
    dependencies = [("profiles_app", "0003_sign_in_failures")]

    operations = [
        migrations.DeleteModel("Segment"),
        migrations.CreateModel(
            name="Manifest",
            fields=[
                (
                    "project",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="manifest",
                        serialize=False,
                        to="profiles_app.project",
                    ),
                ),
                ("generation", models.PositiveBigIntegerField(default=0)),
                ("version", models.PositiveSmallIntegerField(default=1)),
                ("system", models.CharField(max_length=20)),
                ("people_epoch", models.BigIntegerField(default=0)),
                ("profiles_watermark", profiles_app.models.fields.TransactionIdField(null=True)),
                ("events_watermark", profiles_app.models.fields.TransactionIdField(null=True)),
                ("broken", models.BooleanField(default=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
            ],
        ),
        migrations.CreateModel(
            name="Segment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "dataset",
                    models.CharField(choices=[("profiles", "Profiles"), ("events", "Events")], max_length=10),
                ),
                ("month", models.CharField(blank=True, max_length=7)),
                ("path", models.CharField(max_length=255)),
                ("rows", models.BigIntegerField()),
                ("bytes", models.BigIntegerField()),
                ("least_id", models.BigIntegerField(null=True)),
                ("limit_id", models.BigIntegerField(null=True)),
                ("first_time", models.DateTimeField(null=True)),
                ("last_time", models.DateTimeField(null=True)),
                ("columns", models.JSONField(default=dict)),
                ("whole", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
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
                        related_name="segments",
                        to="profiles_app.project",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="segment",
            constraint=models.UniqueConstraint(fields=("project", "path"), name="segment_unique"),
        ),
        migrations.RunSQL(COMMENT, migrations.RunSQL.noop),
    ]
