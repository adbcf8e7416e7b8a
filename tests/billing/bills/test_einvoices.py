"""An e-invoice is asked for over a real socket, once for each bill, whatever goes wrong between."""

from collections.abc import Iterator

import pytest

from tests.billing.bills.examples import CLOSED, NOVEMBER, calls, issued, opened, rent, surfing
from tests.billing.bills.pages import table
from tests.billing.bills.tax_peer import Issuer, issuing
from wanhao.billing.bills.contracts import BillLine, BillView, LineKind
from wanhao.billing.bills.einvoice_http import HttpEInvoices
from wanhao.billing.bills.einvoices import RATE_PERCENT, invoice_bill, invoice_items, tax_within
from wanhao.billing.bills.ports import Buyer, EInvoice, EInvoiceError
from wanhao.billing.bills.queries import bill
from wanhao.billing.models import IssuedEInvoice
from wanhao.values.errors import WanhaoError

COMPANY = Buyer(title="江西某某有限公司", tax_id="91360100MA35XXXX0A")
SELLER = "91360000158260XXXX"
CREDIT = BillLine(kind=LineKind.CREDIT, fen=-500)


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with issuing() as found:
        yield found


@pytest.fixture
def one_bill(db: None) -> BillView:
    (account,) = opened(1)
    issued([account], rent(), calls(), surfing())
    found = bill(account, NOVEMBER)
    assert found is not None
    return found


def ask(issuer: Issuer, one_bill: BillView, buyer: Buyer = COMPANY) -> EInvoice:
    return invoice_bill(one_bill, buyer, HttpEInvoices(issuer.url, SELLER, pause_ms=1), CLOSED)


def test_a_bill_is_invoiced_with_all_that_is_needed(issuer: Issuer, one_bill: BillView) -> None:
    invoice = ask(issuer, one_bill)

    assert (invoice.number, invoice.amount_fen) == ("00000001", 12650)
    (request,) = issuer.requests
    assert request["buyer_title"] == COMPANY.title
    assert request["buyer_tax_id"] == COMPANY.tax_id
    assert request["seller_tax_id"] == SELLER
    assert (request["rate_percent"], request["amount_fen"]) == (RATE_PERCENT, 12650)
    assert (request["net_fen"], request["tax_fen"]) == (11606, 1044)
    names = [item["name"] for item in request["items"]]
    assert names == ["*电信服务*套餐与固定费用", "*电信服务*使用费"]
    for figure in ("amount_fen", "net_fen", "tax_fen"):
        assert sum(item[figure] for item in request["items"]) == request[figure]


def test_asking_again_is_answered_from_what_is_kept(issuer: Issuer, one_bill: BillView) -> None:
    assert ask(issuer, one_bill) == ask(issuer, one_bill)
    assert len(issuer.requests) == 1


@pytest.mark.parametrize("mood", ["silent", "away", "busy"])
def test_an_answer_that_did_not_come_is_asked_for_again(
    issuer: Issuer, one_bill: BillView, mood: str
) -> None:
    issuer.moods = [mood, mood]
    assert ask(issuer, one_bill).number == "00000001"
    assert len(issuer.requests) == 3
    assert len(issuer.invoices) == 1
    assert len({request["request_id"] for request in issuer.requests}) == 1


def test_an_issuer_that_stays_away_is_told_and_asked_another_day(
    issuer: Issuer, one_bill: BillView
) -> None:
    issuer.moods = ["silent"] * 3
    with pytest.raises(EInvoiceError, match="did not answer"):
        ask(issuer, one_bill)
    assert IssuedEInvoice.objects.get().answered_at is None
    assert ask(issuer, one_bill).number == "00000001"
    assert len(issuer.invoices) == 1


def test_nobody_at_the_address_is_told(one_bill: BillView) -> None:
    nobody = HttpEInvoices("http://127.0.0.1:9", SELLER, pause_ms=1)
    with pytest.raises(EInvoiceError, match="did not answer"):
        invoice_bill(one_bill, COMPANY, nobody, CLOSED)


def test_a_refusal_is_told_in_the_issuer_s_words_and_not_repeated(
    issuer: Issuer, one_bill: BillView
) -> None:
    issuer.moods = ["refuses"]
    with pytest.raises(EInvoiceError, match="抬头有误"):
        ask(issuer, one_bill)
    assert len(issuer.requests) == 1


@pytest.mark.parametrize(
    "mood", ["wrong-amount", "wrong-id", "no-number", "garbage", "float-amount"]
)
def test_a_wrong_answer_is_told_and_not_kept(issuer: Issuer, one_bill: BillView, mood: str) -> None:
    issuer.moods = [mood]
    with pytest.raises(EInvoiceError):
        ask(issuer, one_bill)
    assert IssuedEInvoice.objects.get().number == ""
    assert ask(issuer, one_bill).number == "00000001"


def test_another_title_is_refused_once_a_bill_was_invoiced(
    issuer: Issuer, one_bill: BillView
) -> None:
    ask(issuer, one_bill)
    with pytest.raises(WanhaoError, match="another title"):
        ask(issuer, one_bill, Buyer(title="王小明"))
    with pytest.raises(WanhaoError, match="no title"):
        ask(issuer, one_bill, Buyer(title=" "))
    assert len(issuer.requests) == 1


@pytest.mark.django_db
def test_there_is_nothing_to_invoice_without_an_amount(issuer: Issuer) -> None:
    free = BillView(
        account_id=1,
        cycle=NOVEMBER,
        total_fen=0,
        lines=(),
        issued_at=CLOSED,
        due_on=CLOSED.date(),
        journal="bills",
    )
    with pytest.raises(WanhaoError, match="nothing to invoice"):
        ask(issuer, free)
    assert issuer.requests == []


@pytest.mark.parametrize("row", table("amount (fen)"), ids=" ".join)
def test_the_tax_is_what_the_page_says(row: tuple[str, str, str, str]) -> None:
    amount, rate, net, tax = (int(figure) for figure in row)
    assert tax_within(amount, rate) == (net, tax)


def test_items_always_come_to_the_whole() -> None:
    (one,) = invoice_items([rent(), CREDIT], 9)
    assert (one.name, one.amount_fen) == ("*电信服务*通信服务费", 5400)
    for fen in range(1, 200):
        items = invoice_items([rent(fen), calls(fen * 3), CREDIT, rent(500)], 9)
        net, tax = tax_within(fen * 4, 9)
        assert sum(item.net_fen for item in items) == net
        assert sum(item.tax_fen for item in items) == tax
        assert all(item.amount_fen == item.net_fen + item.tax_fen for item in items)
