"""`wanhao bills`: issue the bills of closed months, show one, hold them against the ledger."""

from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.db import connection

from tests.billing.bills.examples import calls, issued, opened, rent
from tests.billing.bills.tax_peer import Issuer, issuing
from wanhao.access.queries import reads_of
from wanhao.billing.bills.queries import bill_run
from wanhao.products.contracts import FeeKind, FeeLine
from wanhao.project.command import bills
from wanhao.project.command.bills import bills as command
from wanhao.project.env import Environment
from wanhao.values.cycle import Cycle
from wanhao.values.errors import WanhaoError
from wanhao.workflows import issue_bills

LAST = Cycle.of(datetime.now(UTC)).previous.number


@pytest.fixture(autouse=True)
def _database(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests' own database is there already."""
    monkeypatch.setattr(bills, "refuse_without_database", lambda: None)
    monkeypatch.setattr(bills, "database", nullcontext)


@pytest.fixture
def account() -> int:
    """A0 with a bill of last month: rent and calls."""
    (account_id,) = opened(1)
    issued([account_id], rent(), calls(), cycle=LAST)
    return account_id


def told(*words: str) -> str:
    found = CliRunner().invoke(command, words, catch_exceptions=False)
    assert found.exit_code == 0
    return found.output


def test_a_bill_is_shown_with_what_explains_it(account: int) -> None:
    shown = told("show", "A0", "--english")
    assert "A0  王**  169****0000" in shown
    assert "Plans and fees  ¥59.00" in shown
    assert "50 min beyond, at ¥0.15/min" in shown
    assert "Plan 100 min / 100 min" in shown
    assert shown.splitlines()[-1] == "= ¥66.50"
    assert "超出50分钟，按¥0.15/分钟计费" in told("show", "A0", "--cycle", str(LAST))
    assert [read.purpose for read in reads_of("account A0")] == ["bill", "bill"]


@pytest.mark.parametrize("month", ["202613", "202600", "26", "november"])
def test_what_is_no_month_is_told(month: str) -> None:
    found = CliRunner().invoke(command, ("check", "--cycle", month))
    assert found.exit_code == 2
    assert month in found.output


def test_a_bill_is_written_to_files(account: int, tmp_path: Path) -> None:
    paper, table = tmp_path / "bill.pdf", tmp_path / "bill.csv"
    assert told("show", "A0", "--pdf", str(paper), "--csv", str(table)) == ""
    assert paper.read_bytes().startswith(b"%PDF-")
    assert "国内语音" in table.read_text(encoding="utf-8-sig")


def test_who_has_no_bill_or_no_account_is_told() -> None:
    opened(1)
    with pytest.raises(WanhaoError, match="has no bill"):
        told("show", "A0")
    with pytest.raises(WanhaoError, match="No account"):
        told("show", "nobody")
    assert not reads_of("account A0")


def test_bills_are_held_against_the_ledger(account: int) -> None:
    shown = told("check", "--cycle", str(LAST))
    assert [line.split()[-1] for line in shown.splitlines()] == ["1", "¥66.50", "¥66.50", "none"]


def test_a_bill_that_is_not_what_was_charged_is_an_error(account: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE wanhao_billing_bill SET total_fen = 1")
        cursor.execute("SET LOCAL session_replication_role = origin")
    with pytest.raises(WanhaoError, match="not what the ledger charged"):
        told("check", "--cycle", str(LAST))


def test_closed_months_get_their_bills(monkeypatch: pytest.MonkeyPatch) -> None:
    opened(3)
    fee = FeeLine(
        product_id=1,
        offering_code="lexiang-4g-59",
        name_zh="乐享4G",
        name_en="Lexiang",
        fee_fen=5900,
        days=30,
        of_days=30,
        kind=FeeKind.RENT,
    )
    monkeypatch.setattr(issue_bills, "closed_cycles", lambda: (LAST,))
    monkeypatch.setattr(issue_bills, "closed_usage", lambda *_: [])
    monkeypatch.setattr(issue_bills, "fees", lambda _, groups: dict.fromkeys(groups, (fee,)))
    assert f"{LAST}: 3 bills of ¥177.00, issued" in told("run")
    assert "every closed month has its bills" in told("run")
    assert f"{LAST}: 3 bills of ¥177.00, issued" in told("run", "--cycle", str(LAST))
    found = bill_run(LAST)
    assert found is not None
    assert found.accounts == 3


@pytest.fixture
def issuer(monkeypatch: pytest.MonkeyPatch) -> Iterator[Issuer]:
    with issuing() as found:
        env = Environment(einvoice_url=found.url, einvoice_seller_tax_id="S1")
        monkeypatch.setattr(bills, "environment", lambda: env)
        yield found


def test_an_invoice_is_asked_for_once(account: int, issuer: Issuer) -> None:
    for _ in range(2):
        shown = told("invoice", "A0", "--title", "王小明")
        assert "036001900111 00000001" in shown
    assert len(issuer.requests) == 1


def test_without_an_issuer_there_are_no_invoices(account: int) -> None:
    with pytest.raises(WanhaoError, match="Nobody issues"):
        told("invoice", "A0", "--title", "王小明")
