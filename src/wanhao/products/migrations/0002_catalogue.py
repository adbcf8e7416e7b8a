import datetime

import django.db.models.deletion
from django.db import migrations, models

KINDS = ["plan", "bundle", "pack", "upgrade", "broadband", "card", "module"]
PERIODS = ["month", "year", "day", "once"]
# What was opened before months were billed here is billed from the first month that followed.
FIRST_BILLED = 202612
IMMUTABLE = """
CREATE FUNCTION wanhao_products_tariff_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'tariff % never changes', OLD.id USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER wanhao_products_tariff_stays
BEFORE UPDATE OF id, fingerprint, voice_unit_seconds, terms ON wanhao_products_tariff
FOR EACH ROW EXECUTE FUNCTION wanhao_products_tariff_stays();
"""
MUTABLE = """
DROP TRIGGER wanhao_products_tariff_stays ON wanhao_products_tariff;
DROP FUNCTION wanhao_products_tariff_stays();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('wanhao_parties', '0001_initial'),
        ('wanhao_products', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='CatalogueFamily',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=32, unique=True)),
                ('place', models.IntegerField()),
                ('name_zh', models.CharField(max_length=64)),
                ('name_en', models.CharField(max_length=64)),
            ],
        ),
        migrations.RemoveConstraint(model_name='productoffering', name='offering_costs_nothing_or_more'),
        migrations.RemoveConstraint(model_name='productoffering', name='offering_includes_nothing_or_more'),
        migrations.RemoveConstraint(model_name='productoffering', name='offering_voice_unit_up_to_a_minute'),
        migrations.RemoveField(model_name='productoffering', name='voice_minutes'),
        migrations.RemoveField(model_name='productoffering', name='messages'),
        migrations.RemoveField(model_name='productoffering', name='data_mb'),
        migrations.RemoveField(model_name='productoffering', name='voice_unit_seconds'),
        migrations.RemoveField(model_name='productoffering', name='voice_price_fen'),
        migrations.RemoveField(model_name='productoffering', name='message_price_fen'),
        migrations.RemoveField(model_name='productoffering', name='data_price_fen_per_mb'),
        migrations.AlterField(model_name='productoffering', name='code', field=models.CharField(max_length=32)),
        migrations.AddField(model_name='productoffering', name='sold_from', field=models.DateField(default=datetime.date(2014, 1, 1)), preserve_default=False),
        migrations.AddField(model_name='productoffering', name='sold_until', field=models.DateField(blank=True, null=True)),
        migrations.AddField(model_name='productoffering', name='family', field=models.CharField(default='', max_length=32), preserve_default=False),
        migrations.AddField(model_name='productoffering', name='kind', field=models.CharField(choices=[(kind, kind.upper()) for kind in KINDS], default='plan', max_length=9), preserve_default=False),
        migrations.AddField(model_name='productoffering', name='slot', field=models.CharField(blank=True, default='plan', max_length=32), preserve_default=False),
        migrations.AddField(model_name='productoffering', name='place', field=models.IntegerField(default=0), preserve_default=False),
        migrations.AddField(model_name='productoffering', name='period', field=models.CharField(choices=[(period, period.upper()) for period in PERIODS], default='month', max_length=5), preserve_default=False),
        migrations.AddField(model_name='productoffering', name='composed', field=models.BooleanField(default=False)),
        migrations.AddField(model_name='productoffering', name='terms', field=models.JSONField(default=dict), preserve_default=False),
        migrations.AddConstraint(model_name='productoffering', constraint=models.UniqueConstraint(fields=('code', 'sold_from'), name='offering_version_once')),
        migrations.AddConstraint(model_name='productoffering', constraint=models.CheckConstraint(condition=models.Q(('fee_fen__gte', 0)), name='offering_costs_nothing_or_more')),
        migrations.AddConstraint(model_name='productoffering', constraint=models.CheckConstraint(condition=models.Q(('kind__in', KINDS)), name='offering_kind_known')),
        migrations.AddConstraint(model_name='productoffering', constraint=models.CheckConstraint(condition=models.Q(('period__in', PERIODS)), name='offering_period_known')),
        migrations.AddConstraint(model_name='productoffering', constraint=models.CheckConstraint(condition=models.Q(('sold_until__isnull', True), ('sold_until__gte', models.F('sold_from')), _connector='OR'), name='offering_sale_ends_after_it_begins')),
        migrations.RemoveConstraint(model_name='product', name='product_one_plan_per_group'),
        migrations.AddField(model_name='product', name='slot', field=models.CharField(blank=True, default='plan', max_length=32), preserve_default=False),
        migrations.AddField(model_name='product', name='charged_from', field=models.IntegerField(default=FIRST_BILLED), preserve_default=False),
        migrations.AddField(model_name='product', name='ends_at', field=models.DateTimeField(blank=True, null=True)),
        migrations.AddConstraint(model_name='product', constraint=models.UniqueConstraint(condition=models.Q(('until__isnull', True), models.Q(('slot', ''), _negated=True)), fields=('group', 'slot'), name='product_one_of_a_slot')),
        migrations.AddConstraint(model_name='product', constraint=models.CheckConstraint(condition=models.Q(('charged_from__range', (200001, 999912))), name='product_charged_from_a_month')),
        migrations.AddConstraint(model_name='product', constraint=models.CheckConstraint(condition=models.Q(('ends_at__isnull', True), ('ends_at', models.F('until')), _connector='OR'), name='product_end_is_its_until')),
        migrations.AddIndex(model_name='product', index=models.Index(condition=models.Q(('ends_at__isnull', False)), fields=['ends_at'], name='product_end_due')),
        migrations.CreateModel(
            name='Tariff',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('fingerprint', models.CharField(max_length=64, unique=True)),
                ('voice_unit_seconds', models.IntegerField()),
                ('terms', models.JSONField()),
                ('told', models.BooleanField(default=False)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('told', False)), fields=['id'], name='tariff_untold')],
            },
        ),
        migrations.RunSQL(IMMUTABLE, MUTABLE),
        migrations.CreateModel(
            name='PlanTariff',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='wanhao_products.productoffering')),
                ('upgrade', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='wanhao_products.productoffering')),
                ('tariff', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='wanhao_products.tariff')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('plan', 'upgrade'), name='tariff_of_a_plan_once', nulls_distinct=False)],
            },
        ),
        migrations.CreateModel(
            name='DataStop',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('cycle', models.IntegerField()),
                ('since', models.DateTimeField()),
                ('lifted_at', models.DateTimeField(blank=True, null=True)),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='wanhao_parties.linegroup')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('lifted_at__isnull', True)), fields=('group', 'cycle'), name='data_stopped_once_at_a_time')],
            },
        ),
    ]
