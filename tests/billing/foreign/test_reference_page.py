"""The examples of docs/reference/billing-source.md are what wanhao sends and understands."""

import json
import re
from datetime import UTC, datetime
from http import HTTPStatus

import pytest

from tests.architecture.tree import REPOSITORY
from wanhao.billing.foreign import answers, client, keeping
from wanhao.billing.foreign.answers import BillsPage, ChangesPage, PaymentAnswer
from wanhao.billing.foreign.client import ForeignBillingClient
from wanhao.billing.foreign.contracts import OutgoingPayment
from wanhao.project.demo import billing_peer
from wanhao.project.demo.billing_peer import Json, PeerServer

PAGE = (REPOSITORY / "docs" / "reference" / "billing-source.md").read_text()
HOW_TO = (REPOSITORY / "docs" / "how-to" / "use-your-own-billing.md").read_text()
EXAMPLES = [json.loads(text) for text in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)]
CHANGES, BILLS, PAYMENT, ACCEPTED, REFUSED = EXAMPLES


def test_the_page_of_changes_is_understood_as_it_stands() -> None:
    page = ChangesPage.model_validate_json(json.dumps(CHANGES))
    assert [change.kind for change in page.changes] == ["balance", "terms"]
    assert json.loads(page.model_dump_json(exclude_unset=True)) == CHANGES


def test_the_page_of_bills_is_understood_as_it_stands() -> None:
    page = BillsPage.model_validate_json(json.dumps(BILLS))
    assert page.bills[0].total_fen == 9523
    assert json.loads(page.model_dump_json(exclude_unset=True)) == BILLS


@pytest.mark.parametrize("answer", [ACCEPTED, REFUSED])
def test_the_answers_to_a_payment_are_understood(answer: Json) -> None:
    assert PaymentAnswer.model_validate_json(json.dumps(answer)).reference == PAYMENT["reference"]


def test_a_payment_is_sent_as_the_page_shows_it(
    client: ForeignBillingClient, peer: PeerServer
) -> None:
    client.pay(
        OutgoingPayment(
            payment_id=1,
            account="A1",
            reference="counter-20261122-0042",
            amount_fen=5000,
            taken_at=datetime(2026, 11, 22, 4, 0, tzinfo=UTC),
            attempts=1,
        )
    )
    assert list(peer.books.payments.items()) == [("counter-20261122-0042", PAYMENT)]


def test_the_page_and_the_code_have_the_same_limits() -> None:
    assert f"At most {answers.MOST_CHANGES:,}" in PAGE
    assert f"at most {answers.MOST_BILLS} bills" in PAGE
    assert f"at most {client.MOST_OCTETS // 1024**2} MiB" in PAGE
    patience = client.Patience()
    assert f"within {patience.seconds} s" in PAGE
    assert f"longer than {patience.overall} s" in PAGE
    assert patience.attempts == 4
    assert "four times in all, after 0.5, 1 and 2 seconds at most" in PAGE
    assert client.FIRST_PAUSE_MS == 500
    assert answers.MOST_FEN == 10**15
    assert keeping.CYCLES_KEPT == 5
    assert {HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY} == client._NOT_BOOKED


def test_the_how_to_names_every_fault_of_the_peer() -> None:
    (told,) = re.findall(r"^Faults: (.*)$", HOW_TO, re.MULTILINE)
    assert tuple(re.findall(r"`([a-z-]+)`", told)) == billing_peer.FAULTS
    assert billing_peer.TOKEN in HOW_TO
