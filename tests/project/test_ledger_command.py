"""`wanhao ledger`: what an accountant reads, and what a broken ledger says."""

import csv
import io
from contextlib import nullcontext
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner
from django.db import connection

from tests.billing.examples import LATER, charge, general_of, give, opened_accounts, pay
from wanhao.access.queries import reads_of
from wanhao.billing.contracts import Channel
from wanhao.billing.vouchers import redeem_voucher
from wanhao.project.command import ledger
from wanhao.project.command.ledger import ledger as command
from wanhao.values.errors import WanhaoError


@pytest.fixture
def account(db: None, monkeypatch: pytest.MonkeyPatch) -> int:
    """A 50.00 payment, a 10.00 gift and a 59.00 bill, on a database that is there already."""
    monkeypatch.setattr(ledger, "refuse_without_database", lambda: None)
    monkeypatch.setattr(ledger, "database", nullcontext)
    account_id = opened_accounts(1)[0]
    pay(account_id, 5000, "P1", channel=Channel.CASH)
    give(account_id, 1000, "C1", expires_at=LATER)
    charge(account_id, "B1", rent=5900)
    return account_id


def told(*words: str) -> str:
    found = CliRunner().invoke(command, words, catch_exceptions=False)
    assert found.exit_code == 0
    return found.output


def test_a_statement_tells_what_moved_and_why(account: int) -> None:
    lines = told("statement", "A0", "--from", "2026-11-01", "--to", "2026-11-30").splitlines()
    assert lines[0] == "account A0, 2026-11-01 to 2026-11-30"
    assert [line.split() for line in lines[1:]] == [
        ["opening", "¥0.00"],
        ["2026-11-22", "12:00", "payment", "general", "¥50.00", "¥50.00", "P1"],
        ["2026-11-22", "12:00", "credit", "gifted", "¥10.00", "¥60.00", "C1"],
        ["2026-11-22", "12:00", "charge", "gifted", "-¥10.00", "¥50.00", "202610"],
        ["2026-11-22", "12:00", "charge", "general", "-¥49.00", "¥1.00", "202610"],
        ["closing", "¥1.00"],
        ["now", "general", "¥1.00"],
    ]


def test_a_statement_begins_with_what_was_there(account: int) -> None:
    lines = told("statement", "A0", "--from", "2026-11-23", "--to", "2026-11-24").splitlines()
    assert [line.split()[-1] for line in lines[1:3]] == ["¥1.00", "¥1.00"]


def test_days_in_the_wrong_order_are_told(account: int) -> None:
    words = ("statement", "A0", "--from", "2026-11-30", "--to", "2026-11-01")
    with pytest.raises(WanhaoError, match="comes after the last"):
        CliRunner().invoke(command, words, catch_exceptions=False)


def test_a_statement_as_csv_is_in_plain_yuan(account: int) -> None:
    text = told("statement", "A0", "--from", "2026-11-01", "--to", "2026-11-30", "--csv")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert rows[0] == {
        "at": "2026-11-22T12:00:00+08:00",
        "what": "payment",
        "why": "P1",
        "kind": "general",
        "amount": "50.00",
        "balance": "50.00",
    }
    assert rows[3]["amount"] == "-49.00"


def test_reading_a_statement_is_recorded(account: int) -> None:
    told("statement", "A0")
    assert [read.purpose for read in reads_of("account A0")] == ["statement by command"]
    with pytest.raises(WanhaoError, match="no account 'A9'"):
        told("statement", "A9")


def test_the_trial_balance_shows_both_sides(account: int) -> None:
    lines = [line.split() for line in told("trial-balance", "--at", "2026-11-22").splitlines()]
    assert lines == [
        ["book", "debit", "credit"],
        ["1001", "clearing-cash", "¥50.00", "¥0.00"],
        ["2001", "general", "¥49.00", "¥50.00"],
        ["2002", "gifted", "¥10.00", "¥10.00"],
        ["4001", "revenue-rent", "¥0.00", "¥59.00"],
        ["5001", "gifts", "¥10.00", "¥0.00"],
        ["sum", "¥119.00", "¥119.00"],
        ["both", "sides", "are", "equal"],
    ]
    assert "sum" in told("trial-balance", "--at", "2026-11-21")
    assert "general" not in told("trial-balance", "--at", "2026-11-21")


def test_a_ledger_that_agrees_says_so(account: int) -> None:
    assert told("check").splitlines() == [
        "2 balances and 3 transactions compared",
        "every one agrees with its postings",
    ]


def test_a_ledger_that_was_tampered_with_says_where(account: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE wanhao_billing_accountbalance SET balance_fen = 5000")
        cursor.execute("SET LOCAL session_replication_role = origin")
    found = CliRunner().invoke(command, ["check"])
    assert f"account {account}: ¥50.00 is kept, its postings are ¥1.00" in found.output
    assert isinstance(found.exception, WanhaoError)


def test_vouchers_are_issued_and_can_be_redeemed(account: int) -> None:
    codes = told("vouchers", "B1", "--count", "3", "--fen", "3000", "--until", "2099-12-31").split()
    assert len(set(codes)) == 3
    redeem_voucher(account_id=account, code=codes[0], now=datetime(2099, 12, 31, 15, tzinfo=UTC))
    assert general_of(account) == 100 + 3000
