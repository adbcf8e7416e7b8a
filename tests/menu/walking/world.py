"""One customer for each door, all alike, whose calls were really counted."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.loyalty.examples import give_points
from tests.pages.operator import SmallOperator
from tests.parties.examples import a_line, an_account
from wanhao.menu.contracts import Door
from wanhao.parties.queries import lines_by_number
from wanhao.products.actions import load_catalogue
from wanhao.usage import ports
from wanhao.usage.view.reader import LocalReader
from wanhao.workflows.open_accounts import AccountOrder, open_accounts
from wanhao.workflows.watch_thresholds import watch_thresholds

FIRST, OTHER = 16907910001, 16907910099
NUMBERS = {door: FIRST + place for place, door in enumerate(Door)}
PLAN, CALLED, HAS_FEN, POINTS = "lexiang-4g-59", 30, 5000, 1200


@contextmanager
def open_world(folder: Path) -> Iterator[None]:
    """Customers with a plan, money and points, who called for half an hour this month."""
    small = SmallOperator(folder)
    usual = ports.usage_reader()
    small.meter.start()
    try:
        _open_lines()
        small.count()
        for number in NUMBERS.values():
            small.calls([CALLED], number=number)
        ports.provide_reader(LocalReader(small.folders.root))
        yield
    finally:
        ports.provide_reader(usual)
        small.close()


def _open_lines() -> None:
    now = datetime.now(UTC)
    load_catalogue()
    open_accounts([_order(number) for number in (*NUMBERS.values(), OTHER)], now - timedelta(40))
    watch_thresholds(now)
    for line in lines_by_number(set(NUMBERS.values())).values():
        give_points(line.account_id, now.year - 1, POINTS)


def _order(number: int) -> AccountOrder:
    return AccountOrder(
        account=an_account(f"A{number}", (a_line(number),)),
        offering_codes=(PLAN,),
        opening_balance_fen=HAS_FEN,
        payment_reference=f"opening-{number}",
    )
