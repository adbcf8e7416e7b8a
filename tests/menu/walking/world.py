"""One customer for each door, all alike, whose calls were really counted."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.billing.bills.examples import rent
from tests.loyalty.examples import give_points, star_for_account
from tests.menu.walking.examples import Example
from tests.outlets.examples import a_hotspot, a_place
from tests.pages.operator import SmallOperator
from tests.parties.examples import a_line, an_account
from wanhao.billing.bills.actions import issue_bills
from wanhao.billing.bills.contracts import BillDraft
from wanhao.billing.stop_contracts import NewStop
from wanhao.billing.stops import begin_stops
from wanhao.billing.vouchers import issue_vouchers
from wanhao.menu.contracts import Door
from wanhao.outlets.actions import import_places
from wanhao.outlets.desks import set_desks
from wanhao.outlets.queue_contracts import NewDesk
from wanhao.parties.binding import bind_line
from wanhao.parties.contracts import DocumentKind, LineView
from wanhao.parties.documents import record_document
from wanhao.parties.queries import lines_by_number
from wanhao.products.actions import load_catalogue, stop_data
from wanhao.usage import ports
from wanhao.usage.view.reader import LocalReader
from wanhao.values.cycle import Cycle
from wanhao.workflows.add_card import add_card
from wanhao.workflows.keep_number import keep_number
from wanhao.workflows.open_accounts import AccountOrder, open_accounts
from wanhao.workflows.open_login import open_login
from wanhao.workflows.order_product import order_product
from wanhao.workflows.put_up_lot import put_up_lot
from wanhao.workflows.report_loss import report_loss
from wanhao.workflows.switch_roaming import switch_roaming
from wanhao.workflows.watch_thresholds import watch_thresholds

FIRST, OTHER = 16907910001, 16907910099
NUMBERS = {door: FIRST + place for place, door in enumerate(Door)}
CALLED, HAS_FEN, POINTS, STAR = 30, 5000, 1200, 7
MONTH = timedelta(days=31)
CARDS, LOTS = 200, 500
"""What a secondary card's number is beyond that of its main card, and one that is auctioned."""


@contextmanager
def open_world(folder: Path, example: Example) -> Iterator[None]:
    """Customers with a plan, money, points and what the example wants, who called for half an hour
    this month."""
    small = SmallOperator(folder)
    usual = ports.usage_reader()
    small.meter.start()
    try:
        _open_lines(example)
        small.count()
        for number in NUMBERS.values():
            small.calls([CALLED], number=number)
        ports.provide_reader(LocalReader(small.folders.root))
        yield
    finally:
        ports.provide_reader(usual)
        small.close()


def _open_lines(example: Example) -> None:
    now = datetime.now(UTC)
    load_catalogue()
    numbers = [*NUMBERS.values(), OTHER]
    open_accounts([_order(number, example.plan) for number in numbers], now - MONTH)
    watch_thresholds(now)
    import_places([a_place(hours="24/7"), a_hotspot()])
    set_desks("H1", [NewDesk(number=1)], now)
    for line in lines_by_number(set(NUMBERS.values())).values():
        give_points(line.account_id, now.year - 1, POINTS)
        for code in example.holds:
            order_product(line.group_id, code, now)
        if example.data_stopped:
            stop_data([line.group_id], Cycle.of(now).number, now)
        if example.before:
            BEFORE[example.before](line, now)
        if example.billed:
            _issue_bill(line, now)


def named(door: Door, example: Example) -> dict[str, object]:
    """What an example's inputs may name in braces, of its own for each door."""
    if "{voucher}" not in str(example.given):
        return {"other": OTHER, "card": NUMBERS[door] + CARDS, "lot": NUMBERS[door] + LOTS}
    now = datetime.now(UTC)
    (code,) = issue_vouchers(
        batch=door.value, count=1, face_fen=HAS_FEN, expires_at=now + MONTH, now=now
    )
    return {"other": OTHER, "voucher": code}


def _stop_for_arrears(line: LineView, now: datetime) -> None:
    """Service is stopped for an unpaid bill, and the star has a right that brings it back."""
    last = Cycle.of(now).previous
    star_for_account(line.account_id, STAR, last.previous.number)
    begin_stops([NewStop(account_id=line.account_id, cycle=last.number, owed_fen=5900)], now)


def _add_card(line: LineView, now: datetime) -> None:
    add_card(line.group_id, line.number + CARDS, now)


def _see_document(line: LineView, now: datetime) -> None:
    record_document(line.line_id, DocumentKind.PASSPORT, "E12345678", now, by="walk")


def _put_up(line: LineView, now: datetime) -> None:
    _see_document(line, now)
    put_up_lot(line.number + LOTS, "L2", now + timedelta(days=1), now, by="walk")


def _bind_other(line: LineView, now: datetime) -> None:
    other = lines_by_number([OTHER])[OTHER]
    bind_line(open_login(line.number, now), other.line_id, now, by="walk")


BEFORE: Mapping[str, Callable[[LineView, datetime], object]] = {
    "arrears": _stop_for_arrears,
    "family": _add_card,
    "seen": _see_document,
    "lots": _put_up,
    "lost": lambda line, now: report_loss(line.number, now),
    "roaming": lambda line, now: switch_roaming(line.line_id, True, now, door="app", by="walk"),
    "kept": lambda line, now: keep_number(line.number, 3, now),
    "bound": _bind_other,
}


def _issue_bill(line: LineView, now: datetime) -> None:
    cycle = Cycle.of(now).previous.number
    draft = BillDraft(account_id=line.account_id, cycle=cycle, lines=(rent(),))
    issue_bills([draft], now, due_day=25)


def _order(number: int, plan: str) -> AccountOrder:
    return AccountOrder(
        account=an_account(f"A{number}", (a_line(number),)),
        offering_codes=(plan,),
        opening_balance_fen=HAS_FEN,
        payment_reference=f"opening-{number}",
    )
