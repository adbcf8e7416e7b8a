"""What is done at the counter for a customer: read aloud, confirmed, on paper, on record."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from tests.pages.counter.shop import CARD, NAME, NUMBER, begin, customer, nonce, see, shown
from wanhao.access.queries import reads_of
from wanhao.outlets.counter.receipts import receipts_of_service
from wanhao.outlets.counter.serving import steps_of
from wanhao.outlets.counter_contracts import StepKind
from wanhao.outlets.models import CounterReceipt
from wanhao.pages.counter import papers
from wanhao.pages.counter.receipt_pdf import Printed, receipt_pdf, rows
from wanhao.products.queries import products_of

pytestmark = pytest.mark.django_db


def held() -> list[str]:
    found = products_of(customer().group_id, datetime.now(UTC))
    return [one.offering.code for one in found]


def test_a_pack_is_read_aloud_confirmed_once_and_on_paper(clerk: Client) -> None:
    address = begin(clerk)
    proposal = shown(clerk, f"{address}do/pack_open/", pack="sms-pack-5")
    assert "请向客户念出以下内容" in proposal
    assert "¥5/月" in proposal
    assert held() == ["lexiang-4g-59"]
    yes = nonce(proposal)
    first = shown(clerk, f"{address}do/pack_open/yes/", nonce=yes)
    again = shown(clerk, f"{address}do/pack_open/yes/", nonce=yes)
    assert "打印凭条" in first
    assert "打印凭条" in again
    assert sorted(held()) == ["lexiang-4g-59", "sms-pack-5"]
    service = int(address.split("/")[2])
    (receipt,) = receipts_of_service(service)
    assert receipt.number.startswith("H1-S")
    assert "¥5/月" in receipt.agreed
    kinds = [one.kind for one in steps_of(service)]
    assert kinds == [StepKind.BEGUN, StepKind.PROPOSED, StepKind.DONE]


def test_a_no_does_nothing(clerk: Client) -> None:
    address = begin(clerk)
    shown(clerk, f"{address}do/pack_open/", pack="sms-pack-5")
    assert clerk.post(f"{address}do/pack_open/no/").status_code == 302
    assert held() == ["lexiang-4g-59"]
    assert not CounterReceipt.objects.exists()


def test_the_receipt_is_masked_says_who_and_can_be_printed_again(
    clerk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = begin(clerk)
    yes = nonce(shown(clerk, f"{address}do/pack_open/", pack="sms-pack-5"))
    shown(clerk, f"{address}do/pack_open/yes/", nonce=yes)
    (receipt,) = receipts_of_service(int(address.split("/")[2]))
    drawn: list[Printed] = []
    monkeypatch.setattr(papers, "receipt_pdf", lambda one: drawn.append(one) or receipt_pdf(one))
    for copy in (1, 2):
        answer = clerk.get(f"/counter/receipts/{receipt.number}/")
        assert answer["Content-Type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF")
        (printed,) = drawn
        told = dict(rows(printed))
        assert told["凭条编号"] == receipt.number
        assert told["营业员"] == "li.na"
        assert told["客户"] == "王**  169****0001"
        assert told["第几份"] == str(copy)
        drawn.clear()
    (row,) = receipts_of_service(receipt.service_id)
    assert row.copies == 2


def test_what_needs_more_leads_to_the_proof_and_back(clerk: Client) -> None:
    see()
    address = begin(clerk)
    page = shown(clerk, f"{address}do/detail/")
    way = page.split(f'href="{address}level/?')[1].split('"')[0].replace("&amp;", "&")
    proof = shown(clerk, f"{address}level/?{way}")
    wanted = proof.rsplit('name="next" value="', 1)[1].split('"')[0]
    assert wanted == f"{address}do/detail/"
    given = {"kind": "identity-card", "name": NAME, "number": CARD, "face": "on", "next": wanted}
    answer = clerk.post(f"{address}level/document/", given)
    assert answer["Location"] == f"{address}do/detail/?done=recorded"
    elsewhere = {**given, "next": "https://elsewhere.example/"}
    assert clerk.post(f"{address}level/document/", elsewhere)["Location"].startswith(address)


def test_the_customer_is_seen_at_a_glance(clerk: Client) -> None:
    page = shown(clerk, begin(clerk))
    for fact in ("balance", "usage", "bill", "holdings", "points"):
        assert f'data-fact="{fact}"' in page
    assert "¥50.00" in page


class TestRevealing:
    def test_a_value_is_shown_with_a_reason_and_recorded(self, clerk: Client) -> None:
        address = begin(clerk)
        page = shown(clerk, f"{address}reveal/name/", reason="card", note="")
        assert NAME in page
        assert str(NUMBER) not in page
        assert 'content="60;url=' in page
        newest = reads_of(f"line {NUMBER}")[0]
        assert (newest.purpose, newest.reason) == ("revealed name", "card")
        assert NAME not in shown(clerk, address)

    def test_as_a_fragment_it_goes_after_a_minute(self, clerk: Client) -> None:
        address = begin(clerk)
        told = {"hx-request": "true", "accept-language": "en"}
        answer = clerk.post(f"{address}reveal/number/", {"reason": "card"}, headers=told)
        page = answer.content.decode()
        assert str(NUMBER) in page
        assert 'hx-trigger="load delay:60s"' in page
        assert "<html" not in page
        masked = clerk.get(f"{address}masked/number/", headers=told).content.decode()
        assert str(NUMBER) not in masked

    @pytest.mark.parametrize("given", [{"reason": ""}, {"reason": "other", "note": " "}])
    def test_without_a_reason_nothing_is_shown(self, clerk: Client, given: dict[str, str]) -> None:
        address = begin(clerk)
        before = len(reads_of(f"line {NUMBER}"))
        assert NAME not in shown(clerk, f"{address}reveal/name/", **given)
        assert len(reads_of(f"line {NUMBER}")) == before
