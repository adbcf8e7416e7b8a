"""The trial balance and an account's statement as an accountant sees them."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from tests.billing.examples import LATER, charge, give, opened_accounts, pay
from tests.staff.examples import employed
from wanhao.access.models import Login
from wanhao.access.queries import reads_of
from wanhao.billing.books import CHART, Book, Section
from wanhao.billing.contracts import BalanceKind, Channel, JournalKind
from wanhao.pages.console.ledger_words import KINDS, SECTIONS, WHAT

NOVEMBER = "?from=2026-11-01&to=2026-11-30"


@pytest.fixture(autouse=True)
def _open(settings: Settings) -> None:
    settings.DEMO = True


@pytest.fixture
def account(db: None) -> int:
    """王小明 paid 50.00 in cash, was given 10.00, prestored 24.00, and has a bill of 59.00."""
    account_id = opened_accounts(1)[0]
    pay(account_id, 5000, "P1", channel=Channel.CASH)
    give(account_id, 1000, "C1", expires_at=LATER)
    give(account_id, 500, "C2", kind=BalanceKind.RESTRICTED, pays_for=[Book.DATA])
    pay(account_id, 2400, "P2", kind=BalanceKind.PRESTORED)
    charge(account_id, "B1", rent=5900)
    return account_id


def page(client: Client, path: str, language: str = "en", status: int = 200) -> str:
    response = client.get(path, headers={"accept-language": language})
    assert response.status_code == status
    return " ".join(response.content.decode().split())


def test_both_sides_are_shown_and_said_to_be_equal(client: Client, account: int) -> None:
    shown = page(client, "/ledger/")
    assert '<dd class="figure" data-figure="debit">¥148.00</dd>' in shown
    assert '<dd class="figure" data-figure="credit">¥148.00</dd>' in shown
    assert "Yes, both sides are equal." in shown
    assert "Cash at the counter" in shown
    assert "现金" in page(client, "/ledger/", language="zh-hans")


def test_every_balance_is_compared_when_asked(client: Client, account: int) -> None:
    assert "data-faults" not in page(client, "/ledger/")
    shown = page(client, "/ledger/?check=yes")
    assert 'data-faults="0"' in shown
    assert "4 balances and 5 transactions compared with their postings: all of them agree." in shown


def test_an_empty_ledger_says_what_will_stand_there(client: Client, db: None) -> None:
    assert "No money has moved yet." in page(client, "/ledger/")


def test_asking_for_an_account_leads_to_its_statement(client: Client, account: int) -> None:
    response = client.get("/ledger/?account=A0")
    assert response["Location"] == "/ledger/A0/"
    assert "There is no account A9." in page(client, "/ledger/?account=A9", status=404)
    assert client.get("/ledger/A9/")["Location"] == "/ledger/?account=A9"


def test_a_statement_adds_up_line_by_line(client: Client, account: int) -> None:
    shown = page(client, f"/ledger/A0/{NOVEMBER}")
    assert 'data-figure="opening">¥0.00</td>' in shown
    assert 'data-figure="closing">¥30.00</td>' in shown
    assert '<td class="amount figure">+¥50.00</td><td class="amount figure">¥50.00</td>' in shown
    assert '<td class="amount figure">-¥49.00</td><td class="amount figure">¥30.00</td>' in shown
    assert "24 parts to come" in shown
    assert "only for Data" in shown


def test_the_customer_is_masked_and_the_reading_recorded(client: Client, account: int) -> None:
    clerk = Login.objects.create_user("clerk", kind="employee")
    client.force_login(clerk)
    shown = page(client, f"/ledger/A0/{NOVEMBER}")
    assert "王**" in shown
    assert "王小明" not in shown
    assert [(read.login_name, read.purpose) for read in reads_of("account A0")] == [
        ("clerk", "statement")
    ]


def test_a_statement_is_not_read_again_by_itself(client: Client, account: int) -> None:
    assert 'http-equiv="refresh"' not in page(client, f"/ledger/A0/{NOVEMBER}")


@pytest.mark.parametrize("days", ["from=2026-11-31", "from=2026-12-01&to=2026-11-01", "to=soon"])
def test_days_that_are_none_are_told(client: Client, account: int, days: str) -> None:
    shown = page(client, f"/ledger/A0/?{days}", status=400)
    assert "Write days as 2026-11-22." in shown or "The first day comes after the last." in shown


def test_a_statement_asks_the_database_a_fixed_number_of_times(
    client: Client, account: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for place in range(20):
        pay(account, 100, f"X{place}")
    with django_assert_num_queries(7):
        page(client, f"/ledger/A0/{NOVEMBER}")
    with django_assert_num_queries(1):
        page(client, "/ledger/")


def test_every_kind_and_section_has_words_and_every_book_an_entry() -> None:
    assert set(WHAT) == set(JournalKind)
    assert set(KINDS) == set(BalanceKind)
    assert set(SECTIONS) == set(Section)
    assert set(CHART) == set(Book)
    assert [entry.number for entry in CHART.values()] == sorted(
        {entry.number for entry in CHART.values()}
    )


@pytest.mark.parametrize("path", ["/ledger/", "/ledger/A0/"])
def test_outside_the_demo_it_is_for_employees(
    client: Client, account: int, settings: Settings, path: str
) -> None:
    settings.DEMO = False
    assert client.get(path)["Location"].startswith("/staff/sign-in/?next=")
    client.force_login(Login.objects.create_user("customer"))
    assert client.get(path).status_code == 302
    assert reads_of("account A0") == []
    client.force_login(employed("clerk"))
    assert client.get(path).status_code == 200
