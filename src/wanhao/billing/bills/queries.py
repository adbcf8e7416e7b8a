"""Reads of bills. Customers are shown the last five months; older bills stay in the table."""

from collections.abc import Collection, Mapping

from django.db import connection
from django.db.models.expressions import RawSQL

from wanhao.billing.bills.contracts import AbnormalBill, BillView, MonthTotal, RunState, RunView
from wanhao.billing.bills.lines import lines_of
from wanhao.billing.bills.running import run_view
from wanhao.billing.models import Bill, BillRun
from wanhao.values.cycle import Cycle

SHOWN_MONTHS = 5
# Article 33 of the telecommunications regulations: more than five times the mean of three months.
ABNORMAL_TIMES = 5
ABNORMAL_MONTHS = 3
ABNORMAL = """
SELECT bill.account_id, bill.total_fen, before.fen / %(months)s
FROM wanhao_billing_bill AS bill
CROSS JOIN LATERAL (
    SELECT sum(earlier.total_fen)::bigint AS fen, count(*) AS bills
    FROM wanhao_billing_bill AS earlier
    WHERE earlier.cycle = ANY(%(earlier)s::int[]) AND earlier.account_id = bill.account_id
) AS before
WHERE bill.cycle = %(cycle)s AND bill.account_id > %(after)s AND before.bills = %(months)s
    AND bill.total_fen * %(months)s > %(times)s * before.fen
ORDER BY bill.account_id LIMIT %(limit)s
"""


def bill(account_id: int, cycle: int) -> BillView | None:
    """The account's bill of a cycle, None when none was issued."""
    row = Bill.objects.filter(cycle=cycle, account_id=account_id).first()
    return None if row is None else _view(row)


def shown_cycles(current: int) -> tuple[int, ...]:
    """The five cycles before the current one, latest first: what a customer may look at."""
    found, cycle = [], Cycle(current)
    for _ in range(SHOWN_MONTHS):
        cycle = cycle.previous
        found.append(cycle.number)
    return tuple(found)


def shown_bill(account_id: int, cycle: int, current: int) -> BillView | None:
    """As `bill`, but only what may be shown while `current` is the running cycle."""
    return bill(account_id, cycle) if cycle in shown_cycles(current) else None


def history(account_id: int, current: int) -> tuple[MonthTotal, ...]:
    """The five months before the current cycle, earliest first, with or without a bill."""
    return histories([account_id], current)[account_id]


def histories(account_ids: Collection[int], current: int) -> dict[int, tuple[MonthTotal, ...]]:
    """The same of many accounts."""
    cycles, wanted = shown_cycles(current), list(set(account_ids))
    rows = Bill.objects.filter(
        cycle__in=cycles, account_id__in=RawSQL("SELECT unnest(%s::bigint[])", [wanted])
    )
    totals = {
        (account_id, cycle): fen
        for account_id, cycle, fen in rows.values_list("account_id", "cycle", "total_fen")
    }
    return {
        account_id: tuple(
            MonthTotal(cycle=cycle, fen=totals.get((account_id, cycle))) for cycle in cycles[::-1]
        )
        for account_id in wanted
    }


def waiting_fen(account_ids: Collection[int]) -> dict[int, int]:
    """What waits for each account's next bill, in fen; an account with nothing is left out."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT account_id, sum(fen)::bigint FROM wanhao_billing_billitem "
            "WHERE bill_id IS NULL AND account_id = ANY(%s::bigint[]) GROUP BY account_id",
            [list(account_ids)],
        )
        return dict(cursor.fetchall())


BILLED_SINCE = """
SELECT bill.account_id, sum(bill.total_fen)::bigint
FROM unnest(%s::bigint[], %s::int[]) AS asked(id, cycle)
JOIN wanhao_billing_bill AS bill ON bill.account_id = asked.id AND bill.cycle > asked.cycle
WHERE bill.source = 'own' AND bill.cycle = ANY(%s::int[])
GROUP BY bill.account_id
"""


def billed_since(asked: Mapping[int, int], cycles: Collection[int]) -> dict[int, int]:
    """What the bills of some cycles came to that are younger than the cycle each account names, in
    fen; an account without such a bill is left out."""
    with connection.cursor() as cursor:
        cursor.execute(BILLED_SINCE, [list(asked), list(asked.values()), list(cycles)])
        return dict(cursor.fetchall())


def abnormal_bills(cycle: int, *, after: int = 0, limit: int = 1000) -> tuple[AbnormalBill, ...]:
    """Bills above five times the mean of the three before, by account, beyond account `after`.

    An account without a bill in each of the three months has no mean yet.
    """
    earlier, before = [], Cycle(cycle)
    for _ in range(ABNORMAL_MONTHS):
        before = before.previous
        earlier.append(before.number)
    asked: dict[str, int | list[int]] = {
        "cycle": cycle,
        "earlier": earlier,
        "after": after,
        "limit": limit,
        "months": ABNORMAL_MONTHS,
        "times": ABNORMAL_TIMES,
    }
    with connection.cursor() as cursor:
        cursor.execute(ABNORMAL, asked)
        rows = cursor.fetchall()
    return tuple(
        AbnormalBill(account_id=account_id, cycle=cycle, total_fen=total, mean_fen=mean)
        for account_id, total, mean in rows
    )


def bill_run(cycle: int) -> RunView | None:
    """How far the bills of a cycle are; None when they were not begun."""
    row = BillRun.objects.filter(cycle=cycle).first()
    return None if row is None else run_view(row)


def finished_cycles() -> frozenset[int]:
    """Cycles whose bills are all issued."""
    rows = BillRun.objects.filter(state=RunState.FINISHED.value)
    return frozenset(rows.values_list("cycle", flat=True))


def _view(row: Bill) -> BillView:
    return BillView(
        account_id=row.account_id,
        cycle=row.cycle,
        total_fen=row.total_fen,
        lines=lines_of(row.lines),
        issued_at=row.issued_at,
        due_on=row.due_on,
        journal=row.journal,
        imported=row.source == "foreign",
    )
