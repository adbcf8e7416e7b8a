"""Who switched a reminder off and on, and where."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('wanhao_communications', '0011_notices'),
    ]

    operations = [
        migrations.AddField(
            model_name='optout',
            name='door',
            field=models.CharField(choices=[('sms', 'SMS'), ('page', 'PAGE'), ('clerk', 'CLERK'), ('command', 'COMMAND')], db_default='command', default='command', max_length=7),
        ),
        migrations.AddField(
            model_name='optout',
            name='by',
            field=models.CharField(blank=True, db_default='', default='', max_length=150),
        ),
        migrations.AddField(
            model_name='optout',
            name='until_door',
            field=models.CharField(blank=True, db_default='', default='', max_length=7),
        ),
        migrations.AddField(
            model_name='optout',
            name='until_by',
            field=models.CharField(blank=True, db_default='', default='', max_length=150),
        ),
    ]
