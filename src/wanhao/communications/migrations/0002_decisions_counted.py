from django.db import migrations, models

COUNT = """
INSERT INTO wanhao_communications_decisioncount (rule, outcome, decisions)
SELECT rule, outcome, count(*) FROM wanhao_communications_reminderdecision GROUP BY rule, outcome
"""


class Migration(migrations.Migration):

    dependencies = [
        ('wanhao_communications', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='DecisionCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rule', models.CharField(max_length=32)),
                ('outcome', models.CharField(choices=[('told', 'TOLD'), ('opted_out', 'OPTED_OUT'), ('no_rule', 'NO_RULE'), ('no_line', 'NO_LINE'), ('no_offering', 'NO_OFFERING')], max_length=16)),
                ('decisions', models.BigIntegerField()),
            ],
        ),
        migrations.AddConstraint(
            model_name='decisioncount',
            constraint=models.UniqueConstraint(fields=('rule', 'outcome'), name='decisions_counted_once'),
        ),
        migrations.RunSQL(COUNT, migrations.RunSQL.noop),
        migrations.RemoveIndex(
            model_name='reminderdecision',
            name='decision_by_rule',
        ),
        migrations.RemoveIndex(
            model_name='communicationmessage',
            name='message_by_state',
        ),
        migrations.AddIndex(
            model_name='communicationmessage',
            index=models.Index(condition=models.Q(('state', 'delivered'), _negated=True), fields=['state', 'rule'], name='message_not_delivered'),
        ),
    ]
