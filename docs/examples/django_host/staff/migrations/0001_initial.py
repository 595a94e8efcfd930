import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Company",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("cabinet", models.CharField(max_length=50)),
                ("siret", models.CharField(max_length=14, unique=True)),
                ("name", models.CharField(max_length=100)),
                ("ape", models.CharField(max_length=5)),
                ("address", models.CharField(max_length=100)),
                ("postal_code", models.CharField(max_length=5)),
                ("town", models.CharField(max_length=50)),
                ("urssaf_code", models.CharField(max_length=3)),
                ("health_service", models.CharField(max_length=10)),
            ],
        ),
        migrations.CreateModel(
            name="Hire",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reference", models.CharField(max_length=30, unique=True)),
                ("surname", models.CharField(max_length=80)),
                ("first_names", models.CharField(max_length=80)),
                ("sex", models.CharField(max_length=1)),
                ("birth_date", models.DateField()),
                ("birth_place", models.CharField(max_length=80)),
                ("birth_department", models.CharField(max_length=2)),
                ("start", models.DateTimeField()),
                ("company", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="staff.company")),
            ],
        ),
    ]
