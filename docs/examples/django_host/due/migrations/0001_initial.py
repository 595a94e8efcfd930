import django.db.models.deletion
from django.db import migrations, models

import due.models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("cabinet", due.models.Word()),
                ("kind", due.models.Word()),
                ("name", due.models.Word()),
                ("seq", models.PositiveBigIntegerField()),
                ("data", models.BinaryField()),
                ("hash", models.CharField(max_length=64)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("cabinet", "kind", "name", "seq"), name="due_entry_place")
                ],
            },
        ),
        migrations.CreateModel(
            name="Record",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("cabinet", due.models.Word()),
                ("kind", due.models.Word()),
                ("name", due.models.Word()),
                ("version", models.PositiveBigIntegerField()),
                ("state", due.models.Word()),
                ("data", models.BinaryField()),
                ("keys", models.JSONField(default=list)),
                ("due", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["cabinet", "kind", "state", "name"], name="due_record_state"),
                    models.Index(condition=models.Q(("due__isnull", False)), fields=["due"], name="due_record_due"),
                ],
                "constraints": [models.UniqueConstraint(fields=("cabinet", "kind", "name"), name="due_record_name")],
            },
        ),
        migrations.CreateModel(
            name="Filing",
            fields=[],
            options={
                "verbose_name": "dossier DUE",
                "verbose_name_plural": "dossiers DUE",
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=("due.record",),
        ),
        migrations.CreateModel(
            name="Key",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("cabinet", due.models.Word()),
                ("word", due.models.Word()),
                (
                    "record",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="due.record"),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["cabinet", "word"], name="due_key_word")],
            },
        ),
    ]
