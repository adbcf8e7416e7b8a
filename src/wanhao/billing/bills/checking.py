"""Holds a cycle's bills against the ledger: account by account, to the fen.

Bills that another billing system issued are not in our ledger and are left out.
"""

from django.db import connection

from wanhao.billing.bills.contracts import CheckedCycle

SHOWN = 20
SUMS = """
WITH charged AS (
    SELECT posting.account_id, -sum(posting.amount_fen) AS fen
    FROM wanhao_billing_journaltransaction AS journal
    JOIN wanhao_billing_posting AS posting ON posting.transaction_id = journal.id
    WHERE journal.kind = 'charge' AND journal.cycle = %(cycle)s
        AND journal.reference LIKE %(reference)s AND posting.account_id IS NOT NULL
    GROUP BY posting.account_id
), billed AS (
    SELECT account_id, total_fen AS fen FROM wanhao_billing_bill
    WHERE cycle = %(cycle)s AND journal LIKE %(reference)s
), both_sides AS (
    SELECT coalesce(billed.account_id, charged.account_id) AS account_id,
        billed.account_id IS NOT NULL AS has_bill,
        coalesce(billed.fen, 0) AS billed, coalesce(charged.fen, 0) AS charged
    FROM billed FULL JOIN charged ON charged.account_id = billed.account_id
)
SELECT count(*) FILTER (WHERE has_bill), coalesce(sum(billed), 0)::bigint,
    coalesce(sum(charged), 0)::bigint,
    (array_agg(account_id ORDER BY account_id) FILTER (WHERE billed <> charged))[1:%(shown)s]
FROM both_sides
"""


def check_bills(cycle: int) -> CheckedCycle:
    """The cycle's bills beside what the ledger charged for them; the first unequal accounts."""
    asked: dict[str, str | int] = {"cycle": cycle, "reference": f"bills-{cycle}-%", "shown": SHOWN}
    with connection.cursor() as cursor:
        cursor.execute(SUMS, asked)
        bills, bills_fen, ledger_fen, unequal = cursor.fetchone()
    return CheckedCycle(
        cycle=cycle,
        bills=bills,
        bills_fen=bills_fen,
        ledger_fen=ledger_fen,
        unequal=tuple(unequal or ()),
    )
