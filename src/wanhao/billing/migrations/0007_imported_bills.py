"""Bills may be imported; a feed counts what it told of nobody here."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('wanhao_billing', '0006_bills'),
    ]

    operations = [
        migrations.AddField(
            model_name='bill',
            name='source',
            field=models.CharField(choices=[('own', 'own'), ('foreign', 'foreign')], db_default='own', max_length=8),
        ),
        migrations.AddField(
            model_name='foreignfeed',
            name='unknown',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddConstraint(
            model_name='bill',
            constraint=models.CheckConstraint(condition=models.Q(('source', 'own'), models.Q(('journal__startswith', 'foreign-'), ('source', 'foreign')), _connector='OR'), name='bill_source_known'),
        ),
    ]
