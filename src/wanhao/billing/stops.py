"""Stops of service: who owes what is due, what is stopped, what goes further, what is lifted.

Workflows tell the network and the customer, and promise what comes next.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from django.db import connection, transaction
from django.db.models.expressions import RawSQL

from wanhao.billing.contracts import DebtDue
from wanhao.billing.ledger import lock_accounts
from wanhao.billing.models import ServiceStop
from wanhao.billing.states import before
from wanhao.billing.stop_contracts import NewStop, ServiceState, StopReason, StopView
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
INSERT INTO wanhao_billing_servicestop
    (account_id, cycle, episode, owed_fen, reason, spent_fen, billed_through, state, since)
SELECT account_id, cycle, episode, fen, reason, spent, billed, 'one-way', %s
FROM unnest(
    %s::bigint[], %s::int[], %s::bigint[], %s::bigint[], %s::text[], %s::bigint[], %s::int[]
) AS told(account_id, cycle, episode, fen, reason, spent, billed)
ON CONFLICT DO NOTHING
RETURNING account_id
"""
FURTHER = """
UPDATE wanhao_billing_servicestop SET state = %s,
    two_way_at = CASE WHEN %s = 'two-way' THEN %s ELSE two_way_at END,
    terminated_at = CASE WHEN %s = 'terminated' THEN %s ELSE terminated_at END
WHERE lifted_at IS NULL AND state = %s AND id = ANY(%s::bigint[])
RETURNING account_id
"""
LIFT = """
UPDATE wanhao_billing_servicestop SET lifted_at = greatest(since, %s)
WHERE lifted_at IS NULL AND state <> 'terminated' AND account_id = ANY(%s::bigint[])
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
def begin_stops(stops: Sequence[NewStop], now: datetime) -> tuple[StopView, ...]:
    """Stop service one way; returns the stops that are new.

    One that is stopped stays as it is, and what was a cause of a stop once is none again.
    """
    told = sorted(stops, key=lambda stop: stop.account_id)
    columns = (
        [stop.account_id for stop in told],
        [stop.cycle for stop in told],
        [stop.episode for stop in told],
        [stop.owed_fen for stop in told],
        [stop.reason.value for stop in told],
        [stop.spent_fen for stop in told],
        [stop.billed_through for stop in told],
    )
    with connection.cursor() as cursor:
        cursor.execute(BEGIN, [now, *columns])
        begun = [account_id for (account_id,) in cursor.fetchall()]
    return _in_order(live_stops(begun))


@transaction.atomic
def go_further(stop_ids: Collection[int], to: ServiceState, now: datetime) -> tuple[StopView, ...]:
    """Stops that become two-way, or end the contract; returns those that did.

    One that was lifted, or is not what comes before it, is left alone. The accounts must be locked
    by `still_owed`.
    """
    asked = [to.value, to.value, now, to.value, now, before(to).value, sorted(stop_ids)]
    with connection.cursor() as cursor:
        cursor.execute(FURTHER, asked)
        gone = [account_id for (account_id,) in cursor.fetchall()]
    return _in_order(live_stops(gone))


@transaction.atomic
def still_owed(account_ids: Collection[int], now: datetime) -> dict[int, DebtDue]:
    """As `debts_due` today, with the accounts locked: no payment comes between this and the end of
    the transaction."""
    lock_accounts(account_ids)
    return debts_due(account_ids, now.astimezone(SHANGHAI).date())


@transaction.atomic
def lift(account_ids: Collection[int], now: datetime) -> tuple[StopView, ...]:
    """Lift the stops of accounts that owe nothing any more; returns those that lasted.

    The accounts must be locked by `still_owed`. What was terminated stays so.
    """
    stopped = live_stops(account_ids)
    with connection.cursor() as cursor:
        cursor.execute(LIFT, [now, sorted(stopped)])
        lifted = sorted(account_id for (account_id,) in cursor.fetchall())
    return tuple(replace(stopped[account_id], lifted_at=now) for account_id in lifted)


def live_stops(account_ids: Collection[int]) -> dict[int, StopView]:
    """The accounts whose service is stopped now or was ended for good, each with its stop."""
    rows = ServiceStop.objects.filter(account_id__in=_one_of(account_ids), lifted_at=None)
    return {row.account_id: _view(row) for row in rows}


def stops_by_id(stop_ids: Collection[int]) -> dict[int, StopView]:
    """These stops, lifted or not."""
    rows = ServiceStop.objects.filter(id__in=_one_of(stop_ids))
    return {row.pk: _view(row) for row in rows}


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


def _in_order(stops: Mapping[int, StopView]) -> tuple[StopView, ...]:
    return tuple(stops[account_id] for account_id in sorted(stops))


def _one_of(ids: Collection[int]) -> RawSQL:
    """The ids as one array: thousands of single parameters cost more than the answer."""
    return RawSQL("SELECT unnest(%s::bigint[])", [list(set(ids))])


def _view(row: ServiceStop) -> StopView:
    return StopView(
        stop_id=row.pk,
        account_id=row.account_id,
        cycle=row.cycle,
        owed_fen=row.owed_fen,
        reason=StopReason(row.reason),
        state=ServiceState(row.state),
        since=row.since,
        lifted_at=row.lifted_at,
        two_way_at=row.two_way_at,
        terminated_at=row.terminated_at,
        spent_fen=row.spent_fen,
        billed_through=row.billed_through,
    )
