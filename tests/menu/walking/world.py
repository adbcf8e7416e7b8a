"""One customer for each door, all alike, whose calls were really counted."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.loyalty.examples import give_points
from tests.menu.walking.examples import Example
from tests.pages.operator import SmallOperator
from tests.parties.examples import a_line, an_account
from wanhao.menu.contracts import Door
from wanhao.parties.queries import lines_by_number
from wanhao.products.actions import load_catalogue, stop_data
from wanhao.usage import ports
from wanhao.usage.view.reader import LocalReader
from wanhao.values.cycle import Cycle
from wanhao.workflows.open_accounts import AccountOrder, open_accounts
from wanhao.workflows.order_product import order_product
from wanhao.workflows.watch_thresholds import watch_thresholds

FIRST, OTHER = 16907910001, 16907910099
NUMBERS = {door: FIRST + place for place, door in enumerate(Door)}
CALLED, HAS_FEN, POINTS = 30, 5000, 1200
MONTH = timedelta(days=31)


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
    for line in lines_by_number(set(NUMBERS.values())).values():
        give_points(line.account_id, now.year - 1, POINTS)
        for code in example.holds:
            order_product(line.group_id, code, now)
        if example.data_stopped:
            stop_data([line.group_id], Cycle.of(now).number, now)


def _order(number: int, plan: str) -> AccountOrder:
    return AccountOrder(
        account=an_account(f"A{number}", (a_line(number),)),
        offering_codes=(plan,),
        opening_balance_fen=HAS_FEN,
        payment_reference=f"opening-{number}",
    )
