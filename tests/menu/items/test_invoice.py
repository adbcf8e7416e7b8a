"""E-invoices: asked for once, issued over HTTP by a peer, and then told with number and place."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.billing.bills.examples import rent
from tests.billing.bills.tax_peer import Issuer, issuing
from tests.menu.items.customers import EN, NOW, asker, open_line, refused, said
from wanhao.billing.bills.actions import issue_bills
from wanhao.billing.bills.contracts import BillDraft
from wanhao.billing.bills.einvoice_http import HttpEInvoices
from wanhao.billing.bills.einvoices import issue_waiting
from wanhao.billing.bills.ports import EInvoiceError, invoice_issuer, provide_issuer
from wanhao.parties.contracts import PayType

LATER = NOW + timedelta(minutes=11)


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with issuing() as peer:
        provide_issuer(HttpEInvoices(peer.url, "91360000MA0000000X", pause_ms=0))
        yield peer
    provide_issuer(None)


def billed(*cycles: int) -> None:
    account_id = open_line(pay_type=PayType.POSTPAID).account_id
    for cycle in cycles:
        draft = BillDraft(account_id=account_id, cycle=cycle, lines=(rent(),))
        issue_bills([draft], NOW, due_day=25)


def test_it_is_asked_for_once_and_told_when_it_is_there(issuer: Issuer) -> None:
    billed(202610)
    first = said("invoice", title="南昌茶馆", tax_id="91360100MA0000000X")
    assert first.short == "2026年10月电子发票（¥59.00）正在开具，请几分钟后再来领取。"
    assert issuer.requests == []
    assert issue_waiting(invoice_issuer(), NOW)
    assert not issue_waiting(invoice_issuer(), NOW)
    again = said("invoice", title="南昌茶馆", tax_id="91360100MA0000000X")
    assert again.short == "2026年10月电子发票（¥59.00）已开具，号码00000001。"
    assert again.long.endswith("/files/00000001.pdf")
    assert len(issuer.requests) == 1


def test_an_issuer_that_is_away_is_asked_again_later(issuer: Issuer) -> None:
    billed(202610)
    said("invoice")
    issuer.moods = ["away"] * 3
    with pytest.raises(EInvoiceError):
        issue_waiting(invoice_issuer(), NOW)
    assert not issue_waiting(invoice_issuer(), NOW)
    assert issue_waiting(invoice_issuer(), LATER)
    assert said("invoice", asker(language=EN)).data["issued"]


def test_the_latest_bill_or_the_one_of_a_month(issuer: Issuer) -> None:
    billed(202609, 202610)
    assert said("invoice").data["cycle"] == 202610
    assert said("invoice", month="9").data["cycle"] == 202609
    assert "没有可开发票的账单" in refused("invoice", month="8")


def test_another_title_is_a_matter_for_a_hall(issuer: Issuer) -> None:
    billed(202610)
    said("invoice", title="甲")
    assert "其他抬头" in refused("invoice", title="乙")


def test_where_nobody_issues_invoices_it_says_so() -> None:
    billed(202610)
    assert refused("invoice") == "这里暂不能开电子发票，请到营业厅开具。"
