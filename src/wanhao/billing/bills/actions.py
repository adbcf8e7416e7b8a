"""Writes of bills: what waits for the next one, and issuing."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from wanhao.billing.bills.contracts import (
    ITEM_KINDS,
    BillDraft,
    BillLine,
    Issued,
    LineKind,
    NewBillItem,
)
from wanhao.billing.bills.lines import ENCODE, item_line, lines_to_json
from wanhao.billing.bills.revenue import by_book
from wanhao.billing.charging import charge_accounts
from wanhao.billing.contracts import AccountCharge
from wanhao.billing.models import BillItem
from wanhao.values.cycle import Cycle
from wanhao.values.errors import WanhaoError

DUE_DAY = 25
# One issue at a time: two that met at the same accounts would both find them without a bill.
LOCK = "SELECT pg_advisory_xact_lock(7203, 1)"
KNOWN = """
SELECT account_id FROM wanhao_billing_bill WHERE cycle = %s AND account_id = ANY(%s::bigint[])
"""
ADD = """
INSERT INTO wanhao_billing_billitem (account_id, reference, kind, fen, explanation, added_at)
SELECT account_id, reference, kind, fen, explanation::jsonb, %s
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::bigint[], %s::text[])
    AS item(account_id, reference, kind, fen, explanation)
ON CONFLICT (reference) DO NOTHING
"""
WAITING = """
SELECT id, account_id, kind, fen, explanation FROM wanhao_billing_billitem
WHERE bill_id IS NULL AND account_id = ANY(%s::bigint[]) ORDER BY account_id, id FOR UPDATE
"""
WRITE = """
COPY wanhao_billing_bill (account_id, cycle, total_fen, lines, issued_at, due_on, journal)
FROM STDIN
"""
TAKE_UP = """
UPDATE wanhao_billing_billitem AS item SET bill_id = bill.id
FROM wanhao_billing_bill AS bill
WHERE item.id = ANY(%s::bigint[]) AND bill.cycle = %s AND bill.account_id = item.account_id
"""


def add_bill_items(items: Sequence[NewBillItem], now: datetime) -> int:
    """Put items onto the next bills of their accounts, once per reference; returns how many.

    WanhaoError when an item is nothing, explains itself with unknown figures, or its reference was
    used for another account, kind or amount.
    """
    for item in items:
        _check_item(item)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            ADD,
            [
                now,
                [item.account_id for item in items],
                [item.reference for item in items],
                [item.kind.value for item in items],
                [item.fen for item in items],
                [ENCODE(dict(item.explanation)) for item in items],
            ],
        )
        added: int = cursor.rowcount
        if added < len(items):
            _refuse_used_otherwise(items)
    return added


@transaction.atomic
def issue_bills(drafts: Sequence[BillDraft], now: datetime, *, due_day: int = DUE_DAY) -> Issued:
    """Issue bills of one cycle with all that waits for their accounts, and charge the ledger.

    An account that has its bill of the cycle keeps it and its items wait on. A draft without lines
    and items makes no bill. Bills, items and charges are written together or not at all.
    """
    if not drafts:
        return Issued(bills=0, total_fen=0, known=0, adjusted=())
    cycle = _one_cycle(drafts)
    with connection.cursor() as cursor:
        cursor.execute(LOCK)
    known = _known(cycle, [draft.account_id for draft in drafts])
    new = [draft for draft in drafts if draft.account_id not in known]
    waiting = _waiting([draft.account_id for draft in new])
    bills = [bill for draft in new if (bill := _bill(draft, waiting)).lines]
    helped: Collection[int] = ()
    if bills:
        journal = f"bills-{cycle}-{min(bill.account_id for bill in bills)}"
        _write(bills, cycle, journal, now, due_day)
        helped = _charge(bills, cycle, journal, now)
    return Issued(
        bills=len(bills),
        total_fen=sum(bill.total_fen for bill in bills),
        known=len(known),
        adjusted=tuple(
            bill.account_id for bill in bills if bill.items or bill.account_id in helped
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bill:
    account_id: int
    total_fen: int
    lines: Sequence[BillLine]
    items: Sequence[int]


@dataclass(slots=True)
class _Waiting:
    """What waits for one account."""

    items: list[int]
    lines: list[BillLine]


def _check_item(item: NewBillItem) -> None:
    credit = item.kind is LineKind.CREDIT
    if item.kind not in ITEM_KINDS or not item.fen or (credit and item.fen > 0):
        raise WanhaoError(
            f"Item '{item.reference}' of {item.fen} fen cannot be a {item.kind.value} on a bill.",
            "A credit is below zero; a late record or one-off charge is not nothing.",
        )
    if not item.reference.strip():
        raise WanhaoError("A bill item has no reference.", "Give each item one of its own.")
    item_line(item.kind, item.fen, item.explanation)


def _refuse_used_otherwise(items: Sequence[NewBillItem]) -> None:
    wanted = {item.reference: (item.account_id, item.kind.value, item.fen) for item in items}
    if len(wanted) < len(items):
        twice = Counter(item.reference for item in items).most_common(1)[0][0]
        raise WanhaoError(f"Item '{twice}' is there twice.", "Leave one of the two out.")
    found = BillItem.objects.filter(reference__in=list(wanted)).values_list(
        "reference", "account_id", "kind", "fen"
    )
    for reference, *told in found:
        if tuple(told) != wanted[reference]:
            raise WanhaoError(
                f"Item '{reference}' was added with another account, kind or amount.",
                "Look the item up; if this is a new one, give it a reference of its own.",
            )


def _one_cycle(drafts: Sequence[BillDraft]) -> int:
    cycles = {draft.cycle for draft in drafts}
    if len(cycles) > 1 or len({draft.account_id for draft in drafts}) < len(drafts):
        raise WanhaoError(
            "Bills are issued for one cycle at a time, and one for each account.",
            "Give each account one draft, all of the same cycle.",
        )
    return cycles.pop()


def _known(cycle: int, account_ids: Collection[int]) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(KNOWN, [cycle, list(account_ids)])
        return {account_id for (account_id,) in cursor.fetchall()}


def _waiting(account_ids: Collection[int]) -> dict[int, _Waiting]:
    found: dict[int, _Waiting] = defaultdict(lambda: _Waiting([], []))
    for item_id, account_id, kind, fen, explanation in _waiting_rows(account_ids):
        found[account_id].items.append(item_id)
        found[account_id].lines.append(item_line(LineKind(kind), fen, explanation))
    return found


def _waiting_rows(account_ids: Collection[int]) -> Iterable[tuple[int, int, str, int, Any]]:
    items = BillItem.objects.raw(WAITING, [list(account_ids)])
    return [(item.pk, item.account_id, item.kind, item.fen, item.explanation) for item in items]


def _bill(draft: BillDraft, waiting: dict[int, _Waiting]) -> _Bill:
    found = waiting.get(draft.account_id)
    lines = (*draft.lines, *found.lines) if found else draft.lines
    return _Bill(
        account_id=draft.account_id,
        total_fen=sum(line.fen for line in lines),
        lines=lines,
        items=found.items if found else (),
    )


def due_date(cycle: int, due_day: int) -> date:
    """The last day to pay a cycle's bill: that day of the next month."""
    year, month = divmod(Cycle(cycle).next.number, 100)
    return date(year, month, due_day)


def _write(bills: Sequence[_Bill], cycle: int, journal: str, now: datetime, due_day: int) -> None:
    due = due_date(cycle, due_day)
    with connection.cursor() as cursor:
        with cursor.copy(WRITE) as copy:
            copy.set_types(["int8", "int4", "int8", "text", "timestamptz", "date", "text"])
            for bill in bills:
                lines = lines_to_json(bill.lines)
                copy.write_row((bill.account_id, cycle, bill.total_fen, lines, now, due, journal))
        items = [item for bill in bills for item in bill.items]
        if items:
            cursor.execute(TAKE_UP, [items, cycle])


def _charge(bills: Sequence[_Bill], cycle: int, journal: str, now: datetime) -> Collection[int]:
    """Charge the ledger; returns the accounts for whom restricted money paid."""
    charges = [
        AccountCharge(account_id=bill.account_id, by_book=books)
        for bill in bills
        if (books := by_book(bill.lines))
    ]
    if not charges:
        return ()
    return charge_accounts(charges, cycle=cycle, reference=journal, now=now)
