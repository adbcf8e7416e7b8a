from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('wanhao_communications', '0002_decisions_counted'),
    ]

    operations = [
        migrations.AddField(
            model_name='heldreceipt',
            name='reference',
            field=models.IntegerField(null=True),
        ),
    ]
