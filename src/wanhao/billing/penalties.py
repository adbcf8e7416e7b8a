"""Penalties: three per mille a day of what is overdue.

A run of overdue days is charged as a whole, floor(sum of each day's debt * 3 / 1000), less what it
was charged before, so that nothing is gained by rounding every day. Payments settle bills first;
no penalty is charged on penalties.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction

from wanhao.billing.books import Book
from wanhao.billing.contracts import JournalKind
from wanhao.billing.ledger import Draft, Line, general, lock_accounts, post_new
from wanhao.billing.models import AccountBalance, Arrears

PER_MILLE = 3
DUE_DAY = 25
# A debt is overdue unless its bill is not due yet or it is a penalty itself. A charge has thousands
# of postings, those of one account are few: "+ 0" keeps the planner from going through the charges.
OVERDUE = """
SELECT balance.account_id, -balance.balance_fen - COALESCE(arrears.unpaid_fen, 0) - COALESCE((
    SELECT -sum(posting.amount_fen) FROM wanhao_billing_posting AS posting
    WHERE posting.account_id = balance.account_id AND posting.book = 'general'
        AND posting.transaction_id + 0 = ANY (ARRAY(
            SELECT id FROM wanhao_billing_journaltransaction
            WHERE kind = 'charge' AND cycle >= %s
        ))
), 0)::bigint
FROM wanhao_billing_accountbalance AS balance
LEFT JOIN wanhao_billing_arrears AS arrears USING (account_id)
WHERE balance.account_id = ANY(%s::bigint[]) AND balance.balance_fen < 0
"""
KEEP = """
INSERT INTO wanhao_billing_arrears (account_id, last_day, fen_days, charged_fen, unpaid_fen)
SELECT account_id, %s, fen_days, charged, charge
FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[])
    AS told(account_id, fen_days, charged, charge)
ON CONFLICT (account_id) DO UPDATE SET last_day = EXCLUDED.last_day,
    fen_days = EXCLUDED.fen_days, charged_fen = EXCLUDED.charged_fen,
    unpaid_fen = wanhao_billing_arrears.unpaid_fen + EXCLUDED.unpaid_fen
"""
END_RUNS = """
UPDATE wanhao_billing_arrears SET fen_days = 0, charged_fen = 0
WHERE last_day < %s AND fen_days > 0
"""
PAID_UP = """
UPDATE wanhao_billing_arrears AS arrears SET fen_days = 0, charged_fen = 0, unpaid_fen = 0
FROM wanhao_billing_accountbalance AS balance
WHERE balance.account_id = arrears.account_id AND balance.balance_fen >= 0
"""
FORGET = """
DELETE FROM wanhao_billing_arrears WHERE last_day < %s AND fen_days = 0 AND unpaid_fen = 0
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run of overdue days: what they add up to in fen times days, and what was charged."""

    fen_days: int = 0
    charged_fen: int = 0

    def next_day(self, debt_fen: int) -> tuple["Run", int]:
        """The run with one more day of a debt, and the penalty this day brings."""
        fen_days = self.fen_days + debt_fen
        charge = fen_days * PER_MILLE // 1000 - self.charged_fen
        return Run(fen_days=fen_days, charged_fen=self.charged_fen + charge), charge


def first_cycle_not_due(day: date, due_day: int = DUE_DAY) -> int:
    """The first cycle whose bill may still be paid on a day without being late.

    A cycle's bill is due on the `due_day` of the next month, that day included.
    """
    year, month = (day.year, day.month) if day.day > due_day else _month_before(day)
    return year * 100 + month


def indebted_accounts(after_account: int, limit: int) -> list[int]:
    """The next accounts whose general money is below zero."""
    rows = AccountBalance.objects.filter(account_id__gt=after_account, balance_fen__lt=0)
    return list(rows.order_by("account_id").values_list("account_id", flat=True)[:limit])


def overdue_debts(
    account_ids: Collection[int], day: date, due_day: int = DUE_DAY
) -> dict[int, int]:
    """What is overdue on a day, in fen; an account that owes nothing overdue is left out."""
    with connection.cursor() as cursor:
        cursor.execute(OVERDUE, [first_cycle_not_due(day, due_day), list(account_ids)])
        return {account_id: fen for account_id, fen in cursor.fetchall() if fen > 0}


@transaction.atomic
def charge_penalties(
    account_ids: Collection[int], *, day: date, now: datetime, due_day: int = DUE_DAY
) -> tuple[int, ...]:
    """Charge a day's penalty to those of the accounts that are overdue, once per account and day.

    Days are charged in their order. Returns the accounts that owe more now.
    """
    likely = overdue_debts(account_ids, day, due_day)
    if not likely:
        return ()
    lock_accounts(likely)
    debts = overdue_debts(likely, day, due_day)
    runs = _runs(debts, day)
    moved = {
        account_id: runs[account_id].next_day(fen)
        for account_id, fen in sorted(debts.items())
        if account_id in runs
    }
    if moved:
        _keep(moved, day)
    charged = {account_id: charge for account_id, (_, charge) in moved.items() if charge}
    _post(charged, day, now)
    return tuple(charged)


def end_day(day: date) -> None:
    """End the runs of those who were not overdue on a day; to be called when all were looked at."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(END_RUNS, [day])
        cursor.execute(PAID_UP)
        cursor.execute(FORGET, [day])


def _month_before(day: date) -> tuple[int, int]:
    return (day.year - 1, 12) if day.month == 1 else (day.year, day.month - 1)


def _runs(account_ids: Collection[int], day: date) -> Mapping[int, Run]:
    """The runs so far of accounts that were not charged for this day yet."""
    rows = Arrears.objects.filter(pk__in=list(account_ids))
    kept = {row.account_id: row for row in rows}
    runs = {account_id: Run() for account_id in account_ids if account_id not in kept}
    for account_id, row in kept.items():
        if row.last_day < day:
            runs[account_id] = Run(fen_days=row.fen_days, charged_fen=row.charged_fen)
    return runs


def _keep(moved: Mapping[int, tuple[Run, int]], day: date) -> None:
    columns: Sequence[list[int]] = (
        list(moved),
        [run.fen_days for run, _ in moved.values()],
        [run.charged_fen for run, _ in moved.values()],
        [charge for _, charge in moved.values()],
    )
    with connection.cursor() as cursor:
        cursor.execute(KEEP, [day, *columns])


def _post(charged: Mapping[int, int], day: date, now: datetime) -> None:
    if not charged:
        return
    lines = [general(account_id, -fen) for account_id, fen in charged.items()]
    lines.append(Line(Book.PENALTY, sum(charged.values())))
    # An account is charged once a day, so the first of them makes the reference unique.
    draft = Draft(reference=f"penalty-{day}-{next(iter(charged))}", lines=lines, memo=str(day))
    post_new(JournalKind.PENALTY, [draft], now)
