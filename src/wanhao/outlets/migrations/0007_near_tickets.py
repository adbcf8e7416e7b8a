from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('wanhao_outlets', '0006_outlines'),
    ]

    operations = [
        migrations.AddField(
            model_name='ticket',
            name='near_at_once',
            field=models.BooleanField(default=False),
        ),
    ]
