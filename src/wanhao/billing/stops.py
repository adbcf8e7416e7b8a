"""Stops of service for unpaid bills, one way: who owes, what is stopped, what is lifted.

The seed of credit control: a record that service is stopped, nothing else. No network is told, and
there is no second step yet.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime

from django.db import connection, transaction

from wanhao.billing.contracts import DebtDue, NewStop, StopView
from wanhao.billing.ledger import lock_accounts
from wanhao.billing.models import ServiceStop
from wanhao.values.cycle import SHANGHAI, Cycle

# What an account owes, less the bills that may still be paid on that day: those are few and young.
# A charge has thousands of postings, those of one account are few: "+ 0" as in penalties.py.
DEBTS = """
WITH charge AS MATERIALIZED (
    SELECT id, cycle FROM wanhao_billing_journaltransaction
    WHERE kind = 'charge' AND cycle = ANY(%s::int[])
)
SELECT owed.account_id, owed.fen, least(owed.fen, COALESCE(arrears.unpaid_fen, 0))
FROM (
    SELECT balance.account_id, -balance.balance_fen - COALESCE((
        SELECT -sum(posting.amount_fen) FROM wanhao_billing_posting AS posting
        JOIN charge ON charge.id = posting.transaction_id + 0
        WHERE posting.account_id = balance.account_id AND posting.book = 'general'
            AND charge.cycle = ANY (
                SELECT bill.cycle FROM wanhao_billing_bill AS bill
                WHERE bill.cycle = ANY(%s::int[]) AND bill.account_id = balance.account_id
                    AND bill.due_on >= %s
            )
    ), 0)::bigint AS fen
    FROM wanhao_billing_accountbalance AS balance
    WHERE balance.account_id = ANY(%s::bigint[]) AND balance.balance_fen < 0
) AS owed LEFT JOIN wanhao_billing_arrears AS arrears USING (account_id)
WHERE owed.fen > 0
"""
BEGIN = """
INSERT INTO wanhao_billing_servicestop (account_id, cycle, owed_fen, reason, since)
SELECT account_id, cycle, fen, 'arrears', %s
FROM unnest(%s::bigint[], %s::int[], %s::bigint[]) AS told(account_id, cycle, fen)
ON CONFLICT DO NOTHING
RETURNING account_id
"""
LIFT = """
UPDATE wanhao_billing_servicestop SET lifted_at = greatest(since, %s)
WHERE lifted_at IS NULL AND account_id = ANY(%s::bigint[])
RETURNING account_id
"""
YOUNG_CYCLES = 3


def debts_due(account_ids: Collection[int], day: date) -> dict[int, DebtDue]:
    """What each account owes that had to be paid before a day; one that owes nothing is left out.

    A bill may be paid until the end of its due day.
    """
    with connection.cursor() as cursor:
        young = _young_cycles(day)
        cursor.execute(DEBTS, [young, young, day, list(account_ids)])
        return {
            account_id: DebtDue(bills_fen=fen - penalties, penalties_fen=penalties)
            for account_id, fen, penalties in cursor.fetchall()
        }


@transaction.atomic
def begin_stops(stops: Sequence[NewStop], now: datetime) -> tuple[int, ...]:
    """Stop service; returns whose was stopped.

    One that is stopped stays as it is, and a bill stops service once.
    """
    told = sorted(stops, key=lambda stop: stop.account_id)
    columns = (
        [stop.account_id for stop in told],
        [stop.cycle for stop in told],
        [stop.owed_fen for stop in told],
    )
    with connection.cursor() as cursor:
        cursor.execute(BEGIN, [now, *columns])
        return tuple(sorted(account_id for (account_id,) in cursor.fetchall()))


@transaction.atomic
def still_owed(account_ids: Collection[int], now: datetime) -> dict[int, DebtDue]:
    """As `debts_due` today, with the accounts locked: no payment comes between this and the end of
    the transaction."""
    lock_accounts(account_ids)
    return debts_due(account_ids, now.astimezone(SHANGHAI).date())


@transaction.atomic
def lift_paid(account_ids: Collection[int], now: datetime) -> tuple[StopView, ...]:
    """Lift the stops of accounts that owe nothing any more, penalties included; returns those."""
    stopped = live_stops(account_ids)
    if not stopped:
        return ()
    owing = still_owed(list(stopped), now)
    with connection.cursor() as cursor:
        cursor.execute(LIFT, [now, [each for each in stopped if each not in owing]])
        lifted = sorted(account_id for (account_id,) in cursor.fetchall())
    return tuple(replace(stopped[account_id], lifted_at=now) for account_id in lifted)


def live_stops(account_ids: Collection[int]) -> dict[int, StopView]:
    """The accounts whose service is stopped now, each with its stop."""
    rows = ServiceStop.objects.filter(account_id__in=list(account_ids), lifted_at=None)
    return {row.account_id: _view(row) for row in rows}


def stop_history(account_id: int) -> tuple[StopView, ...]:
    """Every stop an account has had, the latest first."""
    rows = ServiceStop.objects.filter(account_id=account_id).order_by("-since", "-id")
    return tuple(_view(row) for row in rows)


def _young_cycles(day: date) -> list[int]:
    """The months whose bills may not be due on a day."""
    cycle, found = Cycle(day.year * 100 + day.month), []
    for _ in range(YOUNG_CYCLES):
        found.append(cycle.number)
        cycle = cycle.previous
    return found


def _view(row: ServiceStop) -> StopView:
    return StopView(
        account_id=row.account_id,
        cycle=row.cycle,
        owed_fen=row.owed_fen,
        reason=row.reason,
        since=row.since,
        lifted_at=row.lifted_at,
    )
