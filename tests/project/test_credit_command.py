"""`wanhao credit`: limits are set with a reason, and shown with the stops."""

from contextlib import nullcontext

import pytest
from click.testing import CliRunner

from tests.workflows.debtors import accept_messages, at, billed, keep_until, opened
from wanhao.access.queries import reads_of
from wanhao.billing.credit import credit_limits, usual_limit_fen
from wanhao.products.actions import load_catalogue
from wanhao.project.command import credit
from wanhao.values.errors import WanhaoError

REFERENCE = "A16907910001"


@pytest.fixture
def account(db: None, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(credit, "refuse_without_database", lambda: None)
    monkeypatch.setattr(credit, "database", nullcontext)
    load_catalogue()
    return opened()


def told(*words: str) -> str:
    found = CliRunner().invoke(credit.credit, words, catch_exceptions=False)
    assert found.exit_code == 0, found.output
    return found.output


def test_a_limit_is_set_with_its_reason_and_shown(account: int) -> None:
    assert told("set", REFERENCE, "--yuan", "300", "--reason", "two years on time") == (
        f"account {REFERENCE}: ¥300.00\n"
    )
    assert credit_limits([account]) == {account: 30000}
    assert told("set", REFERENCE, "--yuan", "300", "--reason", "again") == "nothing changed\n"
    state, line = told("show", REFERENCE).splitlines()
    assert state == "state    active"
    assert line.startswith("limit ¥300.00")
    assert line.endswith("two years on time")
    assert reads_of(f"account {REFERENCE}")


def test_without_an_amount_it_is_the_example(account: int) -> None:
    told("set", REFERENCE, "--reason", "as the others")
    assert credit_limits([account]) == {account: usual_limit_fen()}
    told("set", REFERENCE, "--yuan", "0", "--reason", "moved away")
    assert credit_limits([account]) == {}


def test_stops_are_shown(account: int) -> None:
    assert told("show", REFERENCE) == "state    active\n"
    billed(account, 5900)
    keep_until(at("2026-11-26 08:00"))
    accept_messages(at("2026-11-26 08:00"))
    keep_until(at("2026-11-26 09:00"))
    assert told("show", REFERENCE).splitlines() == [
        "state    one-way",
        "why      arrears, ¥59.00 when it stopped at 2026-11-26 09:00",
        "next     two-way to be announced from 2026-11-27 09:00",
        "stopped  2026-11-26 09:00 to now  arrears ¥59.00 of 202610",
    ]
    keep_until(at("2026-11-27 09:00"))
    following = "next     two-way at the earliest 2026-11-28 09:00, waits until it was told"
    assert following in told("show", "16907910001")


def test_an_account_that_is_not_there_is_told(account: int) -> None:
    with pytest.raises(WanhaoError, match="no account 'B'"):
        told("show", "B")
