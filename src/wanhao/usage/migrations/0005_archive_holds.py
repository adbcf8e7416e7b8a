from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("wanhao_usage", "0004_quarantine_steps")]

    operations = [
        migrations.CreateModel(
            name="ArchiveHold",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.BigIntegerField()),
                ("first_day", models.DateField()),
                ("last_day", models.DateField()),
                ("reason", models.CharField(max_length=200)),
                ("by", models.CharField(max_length=64)),
                ("made_at", models.DateTimeField()),
                ("released_by", models.CharField(blank=True, default="", max_length=64)),
                ("released_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("released_at__isnull", True)),
                        fields=["last_day"],
                        name="usage_hold_open",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("first_day__lte", models.F("last_day"))),
                        name="archive_hold_days",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("released_at__isnull", True), ("released_by", "")),
                            models.Q(
                                ("released_at__isnull", False),
                                models.Q(("released_by", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="archive_hold_released_by_somebody",
                    ),
                ],
            },
        )
    ]
