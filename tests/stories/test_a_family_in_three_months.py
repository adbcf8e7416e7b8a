"""One family through three months: every line of every bill is the one worked out by hand."""

from pathlib import Path

import pytest

from tests.metering.pages import rows_of
from tests.stories.family import Family, shown
from wanhao.billing.bills.checking import check_bills
from wanhao.billing.bills.queries import bill
from wanhao.billing.contracts import Channel
from wanhao.billing.queries import balances
from wanhao.billing.statements import check_ledger, statement, trial_balance
from wanhao.products.actions import load_catalogue
from wanhao.workflows.add_card import add_card
from wanhao.workflows.order_product import order_product
from wanhao.workflows.take_payment import take_payment

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

MAIN, SECOND = 16_907_910_001, 16_907_910_002


def september(family: Family) -> None:
    """A pack after the data ran out, and a record that is late but in time."""
    family.at("2026-09-05 10:00")
    family.use(MAIN, "data", "200 MB")
    family.at("2026-09-08 10:00")
    family.use(MAIN, "data", "50 MB")
    order_product(family.group, "data-pack-10", family.at("2026-09-10 10:00"))
    family.at("2026-09-12 10:00")
    family.use(MAIN, "data", "60 MB")
    family.at("2026-09-15 10:00")
    family.use(MAIN, "voice", "6000 seconds")
    family.use(MAIN, "voice", "121 seconds")
    family.at("2026-09-16 10:00")
    family.use(MAIN, "message", "32 messages")
    family.at("2026-09-17 10:00")
    family.use(MAIN, "voice", "600 seconds", zone="free")
    family.at("2026-10-02 10:00")
    family.use(MAIN, "data", "10 MB", started="2026-09-30 23:00")


def october(family: Family) -> None:
    """A card joins, 3952, records later than the close, one taken back, a payment."""
    add_card(family.group, SECOND, family.at("2026-10-05 12:00"))
    family.at("2026-10-06 10:00")
    family.use(SECOND, "data", "30 MB")
    family.at("2026-10-08 10:00")
    family.use(MAIN, "data", "50 MB", started="2026-09-29 10:00")
    family.use(MAIN, "voice", "61 seconds", started="2026-09-28 10:00", zone="hk-macau-taiwan")
    family.use(MAIN, "voice", "300 seconds", started="2026-09-28 11:00", zone="free")
    take_payment(family.account, 7_465, "september", family.at("2026-10-10 10:00"), Channel.BANK)
    family.at("2026-10-12 10:00")
    family.use(MAIN, "data", "200 MB")
    family.at("2026-10-15 10:00")
    family.use(MAIN, "data", "20 MB")
    order_product(family.group, "auto-upgrade-3952", family.at("2026-10-16 10:00"))
    for day, number, amount in ((17, SECOND, 33), (18, SECOND, 1), (20, MAIN, 66), (21, MAIN, 20)):
        family.at(f"2026-10-{day} 10:00")
        family.use(number, "data", f"{amount} MB")
    family.at("2026-10-22 10:00")
    family.use(MAIN, "voice", "5400 seconds")
    family.at("2026-10-25 10:00")
    family.use(MAIN, "data", "20 MB", started="2026-10-21 10:00", sign=-1)


def november(family: Family) -> None:
    """The ladder begins anew; another payment."""
    family.at("2026-11-03 10:00")
    family.use(MAIN, "data", "234 MB")
    take_payment(family.account, 8_169, "october", family.at("2026-11-20 10:00"), Channel.BANK)
    family.at("2026-11-21 10:00")
    family.use(MAIN, "voice", "6060 seconds")


def test_every_line_of_three_bills_is_the_one_worked_out_by_hand(tmp_path: Path) -> None:
    load_catalogue()
    family = Family(tmp_path, MAIN, "lexiang-3g-49", "2026-09-01 00:00")
    told = []
    for name, cycle, live, closes in (
        ("September", 202609, september, "2026-10-04 00:00"),
        ("October", 202610, october, "2026-11-04 00:00"),
        ("November", 202611, november, "2026-12-04 00:00"),
    ):
        live(family)
        assert bill(family.account, cycle) is None
        family.at(closes)
        issued = bill(family.account, cycle)
        assert issued is not None
        lines = [shown(line) for line in issued.lines]
        told.append((name, [*lines, ("in all", *[""] * 5, f"{issued.total_fen / 100:.2f}")]))
        assert check_bills(cycle).holds
    assert told == [(name, rows_of("three-months.md", name)) for name, _ in told]
    _the_ledger_holds(family)


def _the_ledger_holds(family: Family) -> None:
    rows = dict(rows_of("three-months.md", "what"))
    first, last = family.now.date().replace(month=9, day=1), family.now.date()
    lines = statement(family.account, "family-wang", first, last).lines
    moved = [line.amount_fen for line in lines]
    books = trial_balance(family.now)
    assert rows == {
        "charged": yuan(-sum(fen for fen in moved if fen < 0)),
        "paid": yuan(sum(fen for fen in moved if fen > 0)),
        "owed": yuan(-balances([family.account])[family.account]),
        "sum of all books": yuan(books.debit_fen - books.credit_fen),
    }
    assert check_ledger().faults == ()


def yuan(fen: int) -> str:
    """Fen as the page writes them."""
    return f"{fen / 100:.2f}"
