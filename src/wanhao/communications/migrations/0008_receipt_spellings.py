import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("wanhao_communications", "0007_message_parts"),
    ]

    operations = [
        migrations.AddField(
            model_name="heldreceipt",
            name="spellings",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=65),
                default=list,
                help_text="Every way the id may stand in the answer to the submit.",
                size=None,
            ),
        ),
    ]
