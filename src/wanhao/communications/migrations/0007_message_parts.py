from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("wanhao_communications", "0006_rule_changes"),
    ]

    operations = [
        migrations.AddField(
            model_name="communicationmessage",
            name="sms_parts",
            field=models.SmallIntegerField(db_default=0, default=0),
        ),
    ]
