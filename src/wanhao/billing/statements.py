"""Reads of the ledger: an account's statement, the trial balance, and whether all of it agrees."""

from datetime import UTC, date, datetime, time, timedelta

from django.db import connection

from wanhao.billing.books import CHART, Book
from wanhao.billing.contracts import (
    BalanceKind,
    BookTotal,
    JournalKind,
    LedgerCheck,
    LedgerFault,
    Statement,
    StatementLine,
    TrialBalance,
)
from wanhao.billing.queries import balances_by_kind
from wanhao.values.cycle import SHANGHAI

MOST_FAULTS = 20
# Within an instant, in the order of writing. An account has few postings, a transaction may have
# thousands: hence "+ 0", as in penalties.py.
LINES = """
SELECT journal.at, journal.kind, journal.reference, journal.memo, journal.cycle, posting.book,
    posting.amount_fen
FROM wanhao_billing_posting AS posting
JOIN wanhao_billing_journaltransaction AS journal ON journal.id = posting.transaction_id + 0
WHERE posting.account_id = %s AND journal.at >= %s AND journal.at < %s
ORDER BY journal.at, posting.id
"""
OPENING = """
SELECT COALESCE(sum(posting.amount_fen), 0)::bigint FROM wanhao_billing_posting AS posting
JOIN wanhao_billing_journaltransaction AS journal ON journal.id = posting.transaction_id + 0
WHERE posting.account_id = %s AND journal.at < %s
"""
TOTALS = """
SELECT posting.book, COALESCE(-sum(amount_fen) FILTER (WHERE amount_fen < 0), 0)::bigint,
    COALESCE(sum(amount_fen) FILTER (WHERE amount_fen > 0), 0)::bigint
FROM wanhao_billing_posting AS posting
JOIN wanhao_billing_journaltransaction AS journal ON journal.id = posting.transaction_id
WHERE journal.at <= %s GROUP BY posting.book
"""
# One statement, so one instant is compared.
FAULTS = """
WITH general AS (
    SELECT account_id, sum(amount_fen) AS fen FROM wanhao_billing_posting
    WHERE book = 'general' GROUP BY account_id
), bucket AS (
    SELECT bucket_id, sum(amount_fen) AS fen FROM wanhao_billing_posting
    WHERE bucket_id IS NOT NULL GROUP BY bucket_id
), fault AS (
    SELECT 'account ' || balance.account_id AS place, balance.balance_fen AS kept,
        COALESCE(general.fen, 0) AS fen
    FROM wanhao_billing_accountbalance AS balance LEFT JOIN general USING (account_id)
    WHERE balance.balance_fen <> COALESCE(general.fen, 0)
    UNION ALL
    SELECT 'bucket ' || kept.id, kept.balance_fen, COALESCE(bucket.fen, 0)
    FROM wanhao_billing_balancebucket AS kept LEFT JOIN bucket ON bucket.bucket_id = kept.id
    WHERE kept.balance_fen <> COALESCE(bucket.fen, 0)
    UNION ALL
    SELECT 'transaction ' || transaction_id, 0, sum(amount_fen)
    FROM wanhao_billing_posting GROUP BY transaction_id HAVING sum(amount_fen) <> 0
)
SELECT place, kept, fen::bigint FROM fault ORDER BY place LIMIT %s
"""
COUNTS = """
SELECT (SELECT count(*) FROM wanhao_billing_accountbalance)
        + (SELECT count(*) FROM wanhao_billing_balancebucket),
    (SELECT count(*) FROM wanhao_billing_journaltransaction)
"""
SHARED = (JournalKind.CHARGE, JournalKind.PRESTORED, JournalKind.LAPSE, JournalKind.PENALTY)


def statement(account_id: int, reference: str, first_day: date, last_day: date) -> Statement:
    """An account's movements of all kinds of money, days in Asia/Shanghai, both included."""
    begin, end = _midnight(first_day), _midnight(last_day + timedelta(days=1))
    with connection.cursor() as cursor:
        cursor.execute(OPENING, [account_id, begin])
        opening = int(cursor.fetchone()[0])
        cursor.execute(LINES, [account_id, begin, end])
        rows = cursor.fetchall()
    lines: list[StatementLine] = []
    has = opening
    for at, kind, told, memo, cycle, book, fen in rows:
        has += fen
        lines.append(
            StatementLine(
                at=at,
                what=JournalKind(kind),
                why=_why(JournalKind(kind), told, memo, cycle),
                kind=BalanceKind(book),
                amount_fen=fen,
                balance_fen=has,
            )
        )
    return Statement(
        account_id=account_id,
        reference=reference,
        first_day=first_day,
        last_day=last_day,
        opening_fen=opening,
        closing_fen=has,
        lines=tuple(lines),
        balances=balances_by_kind(account_id),
    )


def trial_balance(at: datetime) -> TrialBalance:
    """Every book with something in it up to an instant, in the order of the chart."""
    with connection.cursor() as cursor:
        cursor.execute(TOTALS, [at.astimezone(UTC)])
        found = {Book(book): (debit, credit) for book, debit, credit in cursor.fetchall()}
    totals = [
        BookTotal(book=book, debit_fen=found[book][0], credit_fen=found[book][1])
        for book in CHART
        if book in found
    ]
    return TrialBalance(at=at, books=tuple(totals))


def check_ledger() -> LedgerCheck:
    """Compare every balance with the sum of its postings, and every transaction with zero."""
    with connection.cursor() as cursor:
        cursor.execute(FAULTS, [MOST_FAULTS])
        faults = tuple(
            LedgerFault(where=where, kept_fen=kept, sum_fen=fen)
            for where, kept, fen in cursor.fetchall()
        )
        cursor.execute(COUNTS)
        counted, transactions = cursor.fetchone()
    return LedgerCheck(balances=counted, transactions=transactions, faults=faults)


def _why(kind: JournalKind, reference: str, memo: str, cycle: int | None) -> str:
    """A reference of one's own, or what a shared transaction was about."""
    if kind in SHARED:
        return memo or (str(cycle) if cycle else "")
    return memo or reference


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI).astimezone(UTC)
