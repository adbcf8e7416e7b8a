from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("wanhao_usage", "0005_archive_holds")]

    operations = [
        migrations.CreateModel(
            name="MeterStandby",
            fields=[
                (
                    "name",
                    models.CharField(max_length=100, primary_key=True, serialize=False),
                ),
                ("last_batch", models.BigIntegerField()),
                ("at", models.DateTimeField()),
            ],
        ),
    ]
