"""Reads of what customers spent: by kind of line, over months, and how they paid; set-based."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db import connection

from wanhao.billing.bills.contracts import LineKind
from wanhao.values.cycle import Cycle

YEAR_CYCLES = 12
# A bill may be paid until this day of the next month; a penalty in the month after is about it.
DUE_DAY = 25
BY_KIND = """
SELECT bill.account_id, line ->> 'kind', sum((line ->> 'fen')::bigint)::bigint
FROM wanhao_billing_bill AS bill CROSS JOIN LATERAL jsonb_array_elements(bill.lines) AS line
WHERE bill.cycle = %s AND bill.account_id = ANY(%s::bigint[])
GROUP BY bill.account_id, line ->> 'kind'
"""
# Gifts pay through their buckets, in the transaction of the journal that the bill names. That has
# thousands of postings, those of one account are few: hence "+ 0", as in penalties.py.
GIFTED = """
SELECT bill.account_id, -sum(posting.amount_fen)::bigint
FROM wanhao_billing_bill AS bill
JOIN wanhao_billing_journaltransaction AS journal
    ON journal.kind = 'charge' AND journal.reference = bill.journal
JOIN wanhao_billing_posting AS posting
    ON posting.account_id = bill.account_id AND posting.transaction_id + 0 = journal.id
WHERE bill.cycle = %s AND bill.account_id = ANY(%s::bigint[]) AND posting.book = 'gifted'
GROUP BY bill.account_id
"""
YEAR = """
SELECT account_id, sum(total_fen)::bigint, count(*) FROM wanhao_billing_bill
WHERE cycle = ANY(%s::int[]) AND account_id = ANY(%s::bigint[]) GROUP BY account_id
"""
# The month whose bill was late: penalties of 26 June to 25 July are about the bill of May.
LATE = """
SELECT account_id, count(DISTINCT date_trunc('month', day)) FROM (
    SELECT posting.account_id, (journal.at AT TIME ZONE 'Asia/Shanghai')::date - %s AS day
    FROM wanhao_billing_posting AS posting
    JOIN wanhao_billing_journaltransaction AS journal ON journal.id = posting.transaction_id + 0
    WHERE journal.kind = 'penalty' AND posting.account_id = ANY(%s::bigint[])
) AS penalty
WHERE day >= %s AND day < %s GROUP BY account_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What a bill came to by kind of line, in fen, and how much of it gifts paid."""

    by_kind: dict[LineKind, int]
    gifted_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """Twelve cycles of an account: fen billed, bills, and how many months were without arrears."""

    billed_fen: int
    bills: int
    paid_in_time: int


def spent(cycle: int, account_ids: Collection[int]) -> dict[int, Spent]:
    """What each account's bill of a cycle came to; an account without one is left out."""
    kinds: dict[int, dict[LineKind, int]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(BY_KIND, [cycle, list(account_ids)])
        for account_id, kind, fen in cursor.fetchall():
            kinds[account_id][LineKind(kind)] = fen
        cursor.execute(GIFTED, [cycle, list(account_ids)])
        gifted = dict(cursor.fetchall())
    return {
        account_id: Spent(by_kind=by_kind, gifted_fen=gifted.get(account_id, 0))
        for account_id, by_kind in kinds.items()
    }


def year_until(cycle: int, account_ids: Collection[int]) -> dict[int, Year]:
    """The twelve cycles that end with this one; an account without a bill in them is left out."""
    cycles = [Cycle(cycle)]
    while len(cycles) < YEAR_CYCLES:
        cycles.append(cycles[-1].previous)
    first, end = _first_day(cycles[-1].next), _first_day(cycles[0].next.next)
    with connection.cursor() as cursor:
        cursor.execute(YEAR, [[one.number for one in cycles], list(account_ids)])
        billed = cursor.fetchall()
        cursor.execute(LATE, [DUE_DAY, list(account_ids), first, end])
        late = dict(cursor.fetchall())
    return {
        account_id: Year(
            billed_fen=fen, bills=bills, paid_in_time=max(bills - late.get(account_id, 0), 0)
        )
        for account_id, fen, bills in billed
    }


def _first_day(cycle: Cycle) -> date:
    return date(cycle.number // 100, cycle.number % 100, 1)
