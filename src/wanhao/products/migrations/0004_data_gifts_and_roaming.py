"""Data given to others, and lines that may be used abroad."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Gifts are numbered together with products; every line begins without roaming."""

    dependencies: ClassVar = [
        ('wanhao_parties', '0003_contact_media'),
        ('wanhao_products', '0003_terms_end'),
    ]

    operations: ClassVar = [
        migrations.CreateModel(
            name='DataGift',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('cycle', models.IntegerField()),
                ('nth', models.SmallIntegerField()),
                ('mb', models.IntegerField()),
                ('rank', models.IntegerField()),
                ('reference', models.CharField(max_length=64, unique=True)),
                ('given_at', models.DateTimeField()),
                ('giver_group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='wanhao_parties.linegroup')),
                ('giver_line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='wanhao_parties.line')),
                ('receiver_group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='wanhao_parties.linegroup')),
                ('receiver_line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='wanhao_parties.line')),
            ],
            options={
                'indexes': [models.Index(fields=['receiver_group', 'cycle'], name='data_gift_received')],
                'constraints': [models.UniqueConstraint(fields=('giver_group', 'cycle', 'nth'), name='data_gift_counted_once'), models.CheckConstraint(condition=models.Q(('mb__gt', 0), ('nth__gt', 0)), name='data_gift_is_something'), models.CheckConstraint(condition=models.Q(('giver_group', models.F('receiver_group')), _negated=True), name='data_gift_to_another'), models.CheckConstraint(condition=models.Q(('cycle__range', (200001, 999912))), name='data_gift_in_a_month')],
            },
        ),
        migrations.CreateModel(
            name='RoamingPermit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateTimeField()),
                ('door', models.CharField(max_length=9)),
                ('by', models.CharField(blank=True, max_length=150)),
                ('until', models.DateTimeField(blank=True, null=True)),
                ('until_door', models.CharField(blank=True, db_default='', default='', max_length=9)),
                ('until_by', models.CharField(blank=True, db_default='', default='', max_length=150)),
                ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='wanhao_parties.line')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('until__isnull', True)), fields=('line',), name='roaming_permitted_once'), models.CheckConstraint(condition=models.Q(('until__isnull', True), ('until__gte', models.F('since')), _connector='OR'), name='roaming_ends_after_it_begins')],
            },
        ),
    ]
