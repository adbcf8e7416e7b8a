"""Tokens by which a program speaks for one line."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('wanhao_access', '0002_personaldataread'),
    ]

    operations = [
        migrations.CreateModel(
            name='LineToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('line_id', models.BigIntegerField()),
                ('may_read', models.BooleanField()),
                ('may_change', models.BooleanField()),
                ('issued_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('issued_by', models.CharField(max_length=64)),
                ('reason', models.CharField(max_length=200)),
                ('used_at', models.DateTimeField(null=True)),
                ('hour', models.DateTimeField(null=True)),
                ('uses', models.IntegerField(default=0)),
                ('revoked_at', models.DateTimeField(null=True)),
                ('revoked_by', models.CharField(default='', max_length=64)),
            ],
            options={
                'indexes': [models.Index(fields=['line_id', '-id'], name='token_of_line')],
                'constraints': [models.CheckConstraint(condition=models.Q(('may_read', True), ('may_change', True), _connector='OR'), name='token_is_for_something'), models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('issued_at'))), name='token_ends_after_issue'), models.CheckConstraint(condition=models.Q(models.Q(('issued_by', ''), _negated=True), models.Q(('reason', ''), _negated=True)), name='token_says_by_whom_and_why'), models.CheckConstraint(condition=models.Q(models.Q(('revoked_at', None), ('revoked_by', '')), models.Q(('revoked_at__isnull', False), models.Q(('revoked_by', ''), _negated=True)), _connector='OR'), name='token_says_who_revoked_it'), models.CheckConstraint(condition=models.Q(('uses__gte', 0)), name='token_uses_not_negative')],
            },
        ),
    ]
