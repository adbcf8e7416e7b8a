"""Keeps bills that a foreign billing issued: as data, once each, and never in our ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from wanhao.billing.bills.contracts import ImportedBill
from wanhao.billing.bills.lines import line_to_data
from wanhao.billing.models import Bill
from wanhao.billing.ports import Billing

JOURNAL = "foreign-"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOutcome:
    """What importing came to; `different` bills were known with other lines and stay so."""

    new: int
    repeated: int
    different: int


def keep_bills(bills: Sequence[ImportedBill]) -> ImportOutcome:
    """Keep bills within the caller's transaction; an account has one of each cycle."""
    wanted = {(bill.account_id, bill.cycle): _row(bill) for bill in reversed(bills)}
    before = _kept(wanted)
    new = [row for key, row in wanted.items() if key not in before]
    Bill.objects.bulk_create(new)
    now_kept = before | {(row.account_id, row.cycle): _meaning(row) for row in new}
    same = sum(now_kept[bill.account_id, bill.cycle] == _meaning(_row(bill)) for bill in bills)
    return ImportOutcome(new=len(new), repeated=same - len(new), different=len(bills) - same)


def _row(bill: ImportedBill) -> Bill:
    return Bill(
        account_id=bill.account_id,
        cycle=bill.cycle,
        total_fen=bill.total_fen,
        lines=[line_to_data(line) for line in bill.lines],
        issued_at=bill.issued_at,
        due_on=bill.due_on,
        journal=JOURNAL + bill.number,
        source=Billing.FOREIGN.value,
    )


def _kept(wanted: dict[tuple[int, int], Bill]) -> dict[tuple[int, int], tuple[Any, ...]]:
    """The bills there are of these accounts and cycles; whoever else writes some waits for us."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(7203, 1)")
    accounts, cycles = {key[0] for key in wanted}, {key[1] for key in wanted}
    rows = Bill.objects.filter(cycle__in=cycles, account_id__in=accounts)
    return {(row.account_id, row.cycle): _meaning(row) for row in rows}


def _meaning(row: Bill) -> tuple[Any, ...]:
    return row.source, row.journal, row.total_fen, row.lines
