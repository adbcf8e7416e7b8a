"""Payments recorded before there was a journal get their transaction and its two postings."""

from django.db import migrations

CARRY = """
ALTER TABLE wanhao_billing_payment DISABLE TRIGGER payment_is_append_only;
INSERT INTO wanhao_billing_journaltransaction (kind, reference, at, memo)
SELECT 'payment', reference, received_at, '' FROM wanhao_billing_payment ORDER BY id;
INSERT INTO wanhao_billing_posting (transaction_id, book, account_id, amount_fen)
SELECT journal.id, side.book, CASE WHEN side.sign > 0 THEN entry.account_id END,
    side.sign * entry.amount_fen
FROM wanhao_billing_ledgerentry AS entry
JOIN wanhao_billing_payment AS payment ON payment.id = entry.payment_id
JOIN wanhao_billing_journaltransaction AS journal
    ON journal.kind = 'payment' AND journal.reference = payment.reference
CROSS JOIN (VALUES ('general', 1), ('clearing-other', -1)) AS side(book, sign)
ORDER BY entry.id, side.sign;
UPDATE wanhao_billing_payment AS payment SET transaction_id = journal.id
FROM wanhao_billing_journaltransaction AS journal
WHERE journal.kind = 'payment' AND journal.reference = payment.reference;
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE wanhao_billing_payment ENABLE TRIGGER payment_is_append_only;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('wanhao_billing', '0002_ledger'),
    ]

    operations = [migrations.RunSQL(CARRY)]
