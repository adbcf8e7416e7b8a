"""`wanhao points`: what an account has, a month credited, what ended cleared."""

from datetime import UTC, datetime

import pytest
from click.testing import CliRunner, Result

from tests.billing.bills.examples import issued, opened, rent
from tests.loyalty.examples import give_points, worth
from wanhao.access.queries import reads_of
from wanhao.billing.actions import record_payment
from wanhao.loyalty.actions import evaluate
from wanhao.project.command.points import points
from wanhao.values.cycle import Cycle
from wanhao.values.errors import WanhaoError

NOW = datetime.now(UTC)
THIS = Cycle.of(NOW)
LAST = THIS.previous.number

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> Result:
    return CliRunner().invoke(points, arguments, catch_exceptions=False)


def test_an_account_is_shown_with_what_ends_when() -> None:
    (account,) = opened(1)
    year = NOW.year
    give_points(account, year, 1200)
    evaluate([worth(account, 2300)], cycle=LAST, now=NOW)

    told = run("show", "A0").output
    assert "points    1,200" in told
    assert f"1,200  of {year}, until {year + 2}-12-31" in told
    assert "4 stars Gold" in told
    assert "Free card change: 2 of 2 left" in told
    assert "More points: 20 %" in told
    assert f"+1,200  earned of {year}01" in told


def test_reading_points_is_recorded() -> None:
    opened(1)
    run("show", "A0")
    assert [read.purpose for read in reads_of("account A0")] == ["points by command"]


def test_an_account_without_points_says_so() -> None:
    opened(1)
    assert run("show", "A0").output.splitlines() == ["points    0", "star      none yet"]


def test_an_unknown_account_is_told() -> None:
    with pytest.raises(WanhaoError, match="no account 'nobody'"):
        run("show", "nobody")


def test_a_month_is_credited_once() -> None:
    accounts = opened(3)
    for place, account in enumerate(accounts[:2]):
        record_payment(account_id=account, amount_fen=5900, reference=f"P{place}", now=NOW)
    issued(accounts, rent(5900), cycle=LAST)
    assert run("credit").output.endswith(f"118 points of {LAST} credited to 2 accounts\n")
    told = run("credit", "--cycle", str(LAST)).output
    assert told.endswith(f"0 points of {LAST} credited to 0 accounts\n")


@pytest.mark.parametrize("cycle", [THIS.number, 202613, 26])
def test_only_a_month_that_is_over_can_be_credited(cycle: int) -> None:
    with pytest.raises(WanhaoError, match="not a month that is over"):
        run("credit", "--cycle", str(cycle))


def test_what_ended_is_cleared() -> None:
    (account,) = opened(1)
    give_points(account, NOW.year - 3, 10)
    assert run("expire").output == "1 batches of points cleared\n"
    assert run("expire").output == "0 batches of points cleared\n"
