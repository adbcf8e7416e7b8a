"""What the database itself holds the ledger to."""

import django.db.models.deletion
from django.db import migrations, models

# A bucket's postings belong to its account and are in the book of its kind.
KEYS = """
ALTER TABLE wanhao_billing_balancebucket
    ADD CONSTRAINT bucket_with_its_account UNIQUE (id, account_id, kind);
ALTER TABLE wanhao_billing_posting
    ADD CONSTRAINT posting_in_its_bucket FOREIGN KEY (bucket_id, account_id, book)
    REFERENCES wanhao_billing_balancebucket (id, account_id, kind);
"""
# The only place that changes a balance: whatever is posted is added, and nothing else ever is.
POSTED = """
CREATE FUNCTION wanhao_billing_posted() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wrong bigint;
BEGIN
    SELECT transaction_id INTO wrong FROM posted
    GROUP BY transaction_id HAVING sum(amount_fen) <> 0 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'journal transaction % does not sum to zero', wrong
        USING ERRCODE = '23514';
    END IF;
    UPDATE wanhao_billing_accountbalance AS balance
    SET balance_fen = balance.balance_fen + moved.fen,
        changed_at = GREATEST(balance.changed_at, moved.at)
    FROM (
        SELECT posted.account_id, sum(posted.amount_fen) AS fen, max(journal.at) AS at
        FROM posted JOIN wanhao_billing_journaltransaction AS journal
            ON journal.id = posted.transaction_id
        WHERE posted.book = 'general' GROUP BY posted.account_id
    ) AS moved
    WHERE balance.account_id = moved.account_id;
    UPDATE wanhao_billing_balancebucket AS bucket
    SET balance_fen = bucket.balance_fen + moved.fen
    FROM (
        SELECT bucket_id, sum(amount_fen) AS fen FROM posted
        WHERE bucket_id IS NOT NULL GROUP BY bucket_id
    ) AS moved
    WHERE bucket.id = moved.bucket_id;
    RETURN NULL;
END $$;
CREATE TRIGGER posting_moves_balances AFTER INSERT ON wanhao_billing_posting
REFERENCING NEW TABLE AS posted
FOR EACH STATEMENT EXECUTE FUNCTION wanhao_billing_posted();
"""
# At depth 0 somebody changes a balance without a posting.
GUARD = """
CREATE FUNCTION wanhao_billing_refuse_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% changes by postings only', TG_TABLE_NAME USING ERRCODE = '23514';
END $$;
"""
GUARDED = """
CREATE TRIGGER {name}_changes_by_postings BEFORE UPDATE OF balance_fen ON wanhao_billing_{name}
FOR EACH ROW WHEN (OLD.balance_fen <> NEW.balance_fen AND pg_trigger_depth() = 0)
EXECUTE FUNCTION wanhao_billing_refuse_balance();
CREATE TRIGGER {name}_begins_with_nothing BEFORE INSERT ON wanhao_billing_{name}
FOR EACH ROW WHEN (NEW.balance_fen <> 0) EXECUTE FUNCTION wanhao_billing_refuse_balance();
"""
APPEND_ONLY = """
CREATE TRIGGER {name}_is_append_only BEFORE UPDATE OR DELETE ON wanhao_billing_{name}
FOR EACH ROW EXECUTE FUNCTION wanhao_billing_refuse_change();
"""
APPENDED = ('journaltransaction', 'posting', 'paymentreturn', 'voucherbatch')
# Each bill changes every balance: room on the page keeps the new rows beside the old ones.
ROOM = "ALTER TABLE wanhao_billing_accountbalance SET (fillfactor = 50)"
# A voucher is redeemed once and that is the only thing that ever happens to it.
VOUCHER = """
CREATE TRIGGER voucher_is_redeemed_once BEFORE UPDATE ON wanhao_billing_voucher FOR EACH ROW
WHEN (OLD.payment_id IS NOT NULL OR OLD.code_hash <> NEW.code_hash OR OLD.batch_id <> NEW.batch_id)
EXECUTE FUNCTION wanhao_billing_refuse_change();
CREATE TRIGGER voucher_stays BEFORE DELETE ON wanhao_billing_voucher
FOR EACH ROW EXECUTE FUNCTION wanhao_billing_refuse_change();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('wanhao_billing', '0003_carry_entries_over'),
    ]

    operations = [
        migrations.AlterField(
            model_name='payment',
            name='transaction',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='wanhao_billing.journaltransaction'),
        ),
        migrations.DeleteModel(
            name='LedgerEntry',
        ),
        migrations.RunSQL(KEYS),
        migrations.RunSQL(POSTED),
        migrations.RunSQL(GUARD),
        *(migrations.RunSQL(GUARDED.format(name=name)) for name in ('accountbalance', 'balancebucket')),
        *(migrations.RunSQL(APPEND_ONLY.format(name=name)) for name in APPENDED),
        migrations.RunSQL(VOUCHER),
        migrations.RunSQL(ROOM),
    ]
