from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('wanhao_communications', '0015_fewer_checks_and_indexes'),
    ]

    operations = [
        migrations.RenameField('incomingmessage', 'command', 'said'),
        migrations.AlterField(
            model_name='incomingmessage',
            name='place',
            field=models.IntegerField(help_text='The how many-th message of this number.'),
        ),
        migrations.AddField(
            model_name='incomingmessage',
            name='digest',
            field=models.CharField(default='', max_length=32),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='incomingmessage',
            name='reference',
            field=models.CharField(blank=True, default='', max_length=32),
        ),
        migrations.AddField(
            model_name='incomingmessage',
            name='item',
            field=models.CharField(blank=True, default='', max_length=32),
        ),
        migrations.AddField(
            model_name='incomingmessage',
            name='outcome',
            field=models.CharField(default='answered', max_length=16),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='incomingmessage',
            name='changes',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='incomingmessage',
            name='offers',
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name='incomingmessage',
            name='reply_id',
            field=models.BigIntegerField(help_text='The message that answered.', null=True),
        ),
        migrations.AddIndex(
            model_name='incomingmessage',
            index=models.Index(fields=['received_at'], name='incoming_by_time'),
        ),
        migrations.CreateModel(
            name='IncomingPart',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.BigIntegerField()),
                ('reference', models.IntegerField()),
                ('total', models.SmallIntegerField()),
                ('place', models.SmallIntegerField()),
                ('data_coding', models.SmallIntegerField()),
                ('payload', models.BinaryField()),
                ('received_at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['received_at'], name='incoming_part_by_time')],
                'constraints': [models.UniqueConstraint(fields=('number', 'reference', 'total', 'place'), name='incoming_part_once')],
            },
        ),
        migrations.CreateModel(
            name='IncomingCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('item', models.CharField(blank=True, max_length=32)),
                ('outcome', models.CharField(max_length=16)),
                ('messages', models.BigIntegerField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('item', 'outcome'), name='incoming_counted_once')],
            },
        ),
    ]
