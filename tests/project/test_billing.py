"""Who does the billing is chosen by the environment, and a foreign one is kept up with."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.db import connection

from tests.billing.foreign.peers import balance, bill, terms
from tests.parties.examples import an_account
from wanhao.billing.bills.queries import bill as bill_of
from wanhao.billing.foreign.queries import foreign_status
from wanhao.billing.ports import CHOSEN, Billing, billing_source
from wanhao.products.actions import load_catalogue
from wanhao.project import billing, clock
from wanhao.project.command.billing import billing as command
from wanhao.project.demo.billing_peer import TOKEN, PeerServer
from wanhao.project.env import environment
from wanhao.values.errors import WanhaoError
from wanhao.workflows.open_accounts import AccountOrder, open_accounts
from wanhao.workflows.take_payment import take_payment

DATABASE = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    chosen = CHOSEN.source
    environment.cache_clear()
    yield
    environment.cache_clear()
    CHOSEN.source = chosen


@pytest.fixture
def foreign(monkeypatch: pytest.MonkeyPatch) -> Iterator[PeerServer]:
    """A peer, and an environment that names it."""
    server = PeerServer()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    monkeypatch.setenv("WANHAO_BILLING", "foreign")
    monkeypatch.setenv("WANHAO_BILLING_URL", server.url)
    monkeypatch.setenv("WANHAO_BILLING_TOKEN", TOKEN)
    monkeypatch.setattr(billing, "PAUSE_SECONDS", 0.05)
    monkeypatch.setattr(billing, "BILLS_PAUSE_SECONDS", 0.05)
    billing.wire_billing()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def opened() -> int:
    load_catalogue()
    order = AccountOrder(account=an_account("A1"), offering_codes=("custom-prepaid-19",))
    return open_accounts([order], clock.now())[0].account_id


def until(done: Callable[[], bool]) -> None:
    limit = time.monotonic() + 30
    while not done():
        assert time.monotonic() < limit, foreign_status()
        time.sleep(0.05)


def test_billing_is_our_own_unless_it_is_said_otherwise() -> None:
    billing.wire_billing()
    assert billing_source().billing is Billing.OWN
    with billing.keeping_up_with_billing(threading.Event()):
        assert not [one for one in threading.enumerate() if one.name.startswith("billing-")]


@pytest.mark.parametrize(
    ("url", "token", "told"),
    [
        ("", "t", "a foreign billing needs an address"),
        ("http://billing.example.cn", "t", "give an https address"),
        ("ftp://127.0.0.1", "t", "give an https address"),
        ("https://billing.example.cn", "", "needs a token"),
    ],
)
def test_a_foreign_billing_needs_an_address_and_a_token(
    monkeypatch: pytest.MonkeyPatch, url: str, token: str, told: str
) -> None:
    monkeypatch.setenv("WANHAO_BILLING", "foreign")
    monkeypatch.setenv("WANHAO_BILLING_URL", url)
    monkeypatch.setenv("WANHAO_BILLING_TOKEN", token)
    with pytest.raises(WanhaoError, match=told):
        environment()


def test_the_token_may_be_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    secret = tmp_path / "token"
    monkeypatch.setenv("WANHAO_BILLING", "foreign")
    monkeypatch.setenv("WANHAO_BILLING_URL", "https://billing.example.cn")
    monkeypatch.setenv("WANHAO_BILLING_TOKEN_FILE", str(secret))
    with pytest.raises(WanhaoError, match="WANHAO_BILLING_TOKEN_FILE cannot be read"):
        _ = environment().billing_secret
    secret.write_text("s3cret\n")
    assert environment().billing_secret == "s3cret"
    secret.write_text("两\n")
    with pytest.raises(WanhaoError, match="not a token") as error:
        _ = environment().billing_secret
    assert "两" not in str(error.value)


@DATABASE
def test_the_worker_keeps_up_with_a_foreign_billing(foreign: PeerServer) -> None:
    account = opened()
    cycle = billing.Cycle.of(clock.now()).previous.number
    foreign.books.faults.extend(["garbage", "half"])
    foreign.books.changes += [balance(1, fen=1800), terms(2)]
    foreign.books.bills[cycle] = [bill(cycle=cycle)]
    take_payment(account, 5000, "P1", clock.now())
    stop = threading.Event()
    with billing.keeping_up_with_billing(stop):
        until(lambda: foreign_status().waiting == 0)
        until(lambda: account in billing_source().funds([account]))
        until(lambda: bill_of(account, cycle) is not None)
    assert billing_source().funds([account])[account].spendable_fen == 1800
    assert [one["reference"] for one in foreign.books.payments.values()] == ["P1"]


@DATABASE
def test_a_thread_that_fails_ends_the_worker(
    foreign: PeerServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> bool:
        raise RuntimeError("nobody foresaw this")

    monkeypatch.setattr(billing, "follow_foreign_billing", fail)
    stop = threading.Event()
    with billing.keeping_up_with_billing(stop):
        assert stop.wait(20)
    assert "nobody foresaw this" in capsys.readouterr().err


@DATABASE
def test_the_status_tells_how_the_link_stands(foreign: PeerServer) -> None:
    account = opened()
    take_payment(account, 5000, "P1", clock.now())
    foreign.books.changes += [balance(1, "nobody"), balance(2, fen=1800)]
    foreign.books.refuse["A1"] = "account closed"
    client = billing.foreign_client()
    billing.follow(client)
    billing.forward(client)
    foreign.books.faults.append("garbage")
    with pytest.raises(WanhaoError):
        billing.follow(client)
    client.close()

    shown = CliRunner().invoke(command, ["status"]).output
    assert f"foreign: {foreign.url}" in shown
    assert "1 pages, 2 changes, 0 repeated, 1 of nobody here; cursor 2" in shown
    assert "unknown accounts    1" in shown
    assert "is not what was agreed" in shown
    assert "payments waiting    0 (¥0.00)" in shown
    assert "payments refused    1 (¥50.00)" in shown
    assert "P1 ¥50.00: account closed" in shown
    connection.close()


@DATABASE
def test_bills_of_a_month_are_imported_by_command(foreign: PeerServer) -> None:
    opened()
    foreign.books.page = 1
    foreign.books.bills[202609] = [bill("A1", 202609), bill("X", 202609)]
    asked = ["import", "--cycle", "202609"]
    first = CliRunner().invoke(command, asked)
    again = CliRunner().invoke(command, [*asked, "--anew"])
    assert "imported            1" in first.output
    assert "of nobody here      1" in first.output
    assert "here already        1" in again.output
    connection.close()


def test_a_month_without_bills_is_refused(foreign: PeerServer) -> None:
    refused = CliRunner().invoke(command, ["import", "--cycle", "202613"])
    assert isinstance(refused.exception, WanhaoError)


def test_our_own_billing_has_nothing_to_import() -> None:
    assert "own: charged, billed and paid here" in CliRunner().invoke(command, ["status"]).output
    refused = CliRunner().invoke(command, ["import"])
    assert isinstance(refused.exception, WanhaoError)
