"""Who read whose data."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

APPEND_ONLY = """
CREATE FUNCTION wanhao_access_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = '23514';
END $$;
CREATE TRIGGER personaldataread_is_append_only BEFORE UPDATE OR DELETE
ON wanhao_access_personaldataread
FOR EACH ROW EXECUTE FUNCTION wanhao_access_refuse_change();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('wanhao_access', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='PersonalDataRead',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subject', models.CharField(max_length=96)),
                ('purpose', models.CharField(max_length=64)),
                ('read_at', models.DateTimeField()),
                ('login', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['subject', '-id'], name='read_of_subject')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('subject', ''), _negated=True), models.Q(('purpose', ''), _negated=True)), name='read_says_of_whom_and_what_for')],
            },
        ),
        migrations.RunSQL(APPEND_ONLY),
    ]
