"""Changes of rules, which are only ever added to."""

import django.db.models.deletion
from django.db import migrations, models

APPEND_ONLY = """
CREATE FUNCTION wanhao_communications_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is only ever added to', TG_TABLE_NAME USING ERRCODE = '23514';
END $$;
CREATE TRIGGER rulechange_is_append_only BEFORE UPDATE OR DELETE
ON wanhao_communications_rulechange
FOR EACH ROW EXECUTE FUNCTION wanhao_communications_refuse_change();
"""
UNDO = """
DROP TRIGGER rulechange_is_append_only ON wanhao_communications_rulechange;
DROP FUNCTION wanhao_communications_refuse_change();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('wanhao_communications', '0005_release_policy'),
    ]

    operations = [
        migrations.CreateModel(
            name='RuleChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rule', models.CharField(max_length=32)),
                ('values', models.JSONField()),
                ('valid_from', models.DateTimeField()),
                ('by', models.CharField(max_length=150)),
                ('reason', models.CharField(max_length=500)),
                ('made_at', models.DateTimeField()),
                ('reverts', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='wanhao_communications.rulechange')),
            ],
            options={
                'indexes': [models.Index(fields=['rule', '-id'], name='rulechange_of_rule')],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('reverts__isnull', True), ('values', {}), _connector='OR'), name='rulechange_reverts_or_sets'),
                    models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='rulechange_has_reason'),
                ],
            },
        ),
        migrations.RunSQL(APPEND_ONLY, UNDO),
    ]
