"""What a foreign billing told, and the payments on their way to it."""

import django.db.models.deletion
from django.db import migrations, models

# The money of a payment is written once, and what became of it is said once.
KEEP = """
CREATE FUNCTION wanhao_billing_keep_forwarded() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.state <> 'waiting'
        OR (OLD.account_id, OLD.reference, OLD.amount_fen, OLD.taken_at)
        IS DISTINCT FROM (NEW.account_id, NEW.reference, NEW.amount_fen, NEW.taken_at)
    THEN
        RAISE EXCEPTION 'a forwarded payment is kept as it is' USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER forwarded_is_kept BEFORE UPDATE OR DELETE ON wanhao_billing_foreignpayment
FOR EACH ROW EXECUTE FUNCTION wanhao_billing_keep_forwarded();
"""
FORGET = """
DROP TRIGGER forwarded_is_kept ON wanhao_billing_foreignpayment;
DROP FUNCTION wanhao_billing_keep_forwarded();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('wanhao_billing', '0004_ledger_guards'),
        ('wanhao_parties', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='ForeignFeed',
            fields=[
                ('name', models.CharField(max_length=32, primary_key=True, serialize=False)),
                ('cursor', models.CharField(blank=True, max_length=200)),
                ('caught_up_at', models.DateTimeField(null=True)),
                ('latest_at', models.DateTimeField(null=True)),
                ('pages', models.BigIntegerField(default=0)),
                ('changes', models.BigIntegerField(default=0)),
                ('repeated', models.BigIntegerField(default=0)),
                ('trouble', models.CharField(blank=True, max_length=300)),
                ('trouble_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='ForeignFunds',
            fields=[
                ('reference', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('version', models.BigIntegerField()),
                ('spendable_fen', models.BigIntegerField(null=True)),
                ('billed_through', models.IntegerField()),
                ('told_at', models.DateTimeField()),
                ('looked_at', models.DateTimeField()),
                ('account', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='wanhao_parties.billingaccount')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('account__isnull', True)), fields=['looked_at'], name='funds_of_nobody')],
            },
        ),
        migrations.CreateModel(
            name='ForeignPayment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.CharField(max_length=64, unique=True)),
                ('amount_fen', models.BigIntegerField()),
                ('taken_at', models.DateTimeField()),
                ('state', models.CharField(choices=[('waiting', 'waiting'), ('accepted', 'accepted'), ('refused', 'refused')], max_length=8)),
                ('attempts', models.IntegerField(default=0)),
                ('due_at', models.DateTimeField()),
                ('said', models.CharField(blank=True, max_length=300)),
                ('settled_at', models.DateTimeField(null=True)),
                ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='wanhao_parties.billingaccount')),
            ],
            options={
                'indexes': [models.Index(fields=['account', 'id'], name='forwarded_of_account'), models.Index(condition=models.Q(('state', 'waiting')), fields=['account', 'id'], name='forwarded_in_order'), models.Index(condition=models.Q(('state', 'waiting')), fields=['due_at', 'id'], name='forwarded_due'), models.Index(condition=models.Q(('state', 'refused')), fields=['id'], name='forwarded_refused')],
                'constraints': [models.CheckConstraint(condition=models.Q(('amount_fen__gt', 0)), name='forwarded_more_than_nothing'), models.CheckConstraint(condition=models.Q(('reference', ''), _negated=True), name='forwarded_has_reference'), models.CheckConstraint(condition=models.Q(models.Q(('settled_at__isnull', True), ('state', 'waiting')), models.Q(('settled_at__isnull', False), ('state', 'accepted')), models.Q(('settled_at__isnull', False), ('state', 'refused'), models.Q(('said', ''), _negated=True)), _connector='OR'), name='forwarded_is_settled_or_waits')],
            },
        ),
        migrations.CreateModel(
            name='ForeignTerms',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.BigIntegerField()),
                ('cycle', models.IntegerField()),
                ('version', models.BigIntegerField()),
                ('plan', models.CharField(max_length=200)),
                ('voice_unit', models.IntegerField()),
                ('voice', models.BigIntegerField()),
                ('voice_left', models.BigIntegerField(null=True)),
                ('message', models.BigIntegerField()),
                ('message_left', models.BigIntegerField(null=True)),
                ('data', models.BigIntegerField()),
                ('data_left', models.BigIntegerField(null=True)),
                ('told_at', models.DateTimeField()),
                ('looked_at', models.DateTimeField()),
                ('group', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='wanhao_parties.linegroup')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('group__isnull', True)), fields=['looked_at'], name='terms_of_nobody')],
                'constraints': [models.UniqueConstraint(fields=('number', 'cycle'), name='terms_told_once_a_cycle'), models.CheckConstraint(condition=models.Q(('data__gte', 0), ('message__gte', 0), ('voice__gte', 0), ('voice_unit__gt', 0)), name='terms_allow_no_less_than_nothing')],
            },
        ),
        migrations.RunSQL(KEEP, FORGET),
    ]
