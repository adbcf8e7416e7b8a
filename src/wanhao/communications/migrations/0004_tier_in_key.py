from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('wanhao_communications', '0003_receipt_reference'),
    ]

    operations = [
        migrations.AddField(
            model_name='reminderdecision',
            name='tier',
            field=models.IntegerField(db_default=0, default=0),
        ),
        migrations.RemoveConstraint(
            model_name='reminderdecision',
            name='decision_once_per_episode',
        ),
        migrations.AddConstraint(
            model_name='reminderdecision',
            constraint=models.UniqueConstraint(
                fields=('subject_kind', 'subject_id', 'rule', 'cycle', 'episode', 'tier'),
                name='decision_once_per_episode',
            ),
        ),
    ]
