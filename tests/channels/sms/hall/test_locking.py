"""Who changes something by SMS waits for others, and they for him, but never in a ring."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.channels.sms.hall.hall_door import HALL, a_part, answers, write
from tests.communications.conftest import a_street
from tests.workflows.rivals import rival_after
from wanhao.billing.actions import open_balances
from wanhao.billing.queries import balances
from wanhao.billing.vouchers import issue_vouchers
from wanhao.channels.sms.contracts import Step
from wanhao.communications.incoming_models import IncomingMessage
from wanhao.parties.queries import lines_by_number
from wanhao.products.actions import load_catalogue
from wanhao.products.queries import codes_held
from wanhao.workflows.order_product import order_product
from wanhao.workflows.take_payment import take_payment
from wanhao.workflows.tell_tariffs import tell_tariffs

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
SOON = NOW + timedelta(seconds=5)
FACTS_LOCKED = "pg_advisory_xact_lock(%s)"
ACCOUNT_LOCKED = "FOR NO KEY UPDATE"
READ_AND_ANSWERED = "wanhao_communications_communicationmessage"
PACK, OTHER = "sms-pack-5", "data-pack-10"


@pytest.fixture
def neighbours(transactional_db: None) -> list[tuple[int, int]]:
    """Number and group of three lines, each of an account of its own."""
    load_catalogue()
    street = a_street(3)
    open_balances([one.account_id for one in street], NOW)
    tell_tariffs()
    return [(one.groups[0].lines[0].number, one.groups[0].group_id) for one in street]


def test_a_yes_holds_up_no_order_of_another_customer_who_says_yes_after_it(
    neighbours: list[tuple[int, int]],
) -> None:
    """The first yes holds the log of facts; an order at another door holds the second one's
    account and waits for the log."""
    (first, _), (second, group), _ = neighbours
    for number in (first, second):
        write(number, "KTDCX5", NOW)
    with rival_after(FACTS_LOCKED, lambda: order_product(group, OTHER, SOON)):
        HALL.take([a_part(first, "Y"), a_part(second, "Y")], SOON)
    held = codes_held([one for _, one in neighbours], SOON)
    assert [PACK in held[one] for _, one in neighbours] == [True, True, False]
    assert OTHER in held[group]


@pytest.mark.parametrize("payer", [0, 1, 2])
@pytest.mark.parametrize("moment", [FACTS_LOCKED, READ_AND_ANSWERED, ACCOUNT_LOCKED])
def test_a_payment_comes_at_any_moment_of_a_batch(
    neighbours: list[tuple[int, int]], moment: str, payer: int
) -> None:
    """Two say yes and one reads, while one of them pays: the payment holds its account and waits
    for the log of facts, which a yes holds; nobody waits in a ring, and all of it is done."""
    (first, _), (second, _), (third, _) = neighbours
    for number in (first, second):
        write(number, "KTDCX5", NOW)
    asked = len(answers())
    account = lines_by_number([neighbours[payer][0]])[neighbours[payer][0]].account_id
    parts = [a_part(first, "Y"), a_part(second, "Y"), a_part(third, "101")]
    with rival_after(moment, lambda: take_payment(account, 5_000, "P", SOON)):
        HALL.take(parts, SOON)
    held = codes_held([one for _, one in neighbours], SOON)
    assert [PACK in held[one] for _, one in neighbours] == [True, True, False]
    assert balances([account])[account] == 5_000
    assert len(answers()) == asked + 3


def test_a_card_redeemed_by_sms_and_a_payment_of_the_same_account_are_both_counted(
    neighbours: list[tuple[int, int]],
) -> None:
    number, _ = neighbours[0]
    account = lines_by_number([number])[number].account_id
    late = NOW + timedelta(days=30)
    (code,) = issue_vouchers(batch="v", count=1, face_fen=3_000, expires_at=late, now=NOW)
    other = a_part(neighbours[1][0], "101")
    with rival_after(ACCOUNT_LOCKED, lambda: take_payment(account, 5_000, "P", SOON)):
        HALL.take([a_part(number, f"CZ#{code}"), other], SOON)
    assert balances([account])[account] == 8_000


def test_what_reads_is_committed_before_a_yes_begins_and_each_yes_alone(
    neighbours: list[tuple[int, int]],
) -> None:
    first, second, third = (number for number, _ in neighbours)
    for number in (first, second):
        write(number, "KTDCX5", NOW)
    parts = [a_part(first, "Y"), a_part(second, "Y"), a_part(third, "101"), a_part(second, "103")]
    steps = [step.places for step in HALL.steps(parts, SOON)]
    assert steps == [(2,), (0,), (1,), (3,)]


def test_the_second_text_of_a_line_is_handled_after_its_first(
    neighbours: list[tuple[int, int]],
) -> None:
    number, _ = neighbours[0]
    texts = ("101", "KTDCX5", "Y", "0000")
    places = [step.places for step in HALL.steps([a_part(number, text) for text in texts], NOW)]
    assert places == [(0, 1), (2,), (3,)]
    balance, proposed, done, held = answers()
    assert [balance[:2], proposed[:2], done[:4]] == ["余额", "开通", "您已开通"]
    assert "短信包" in held


def test_what_was_done_before_trouble_is_not_done_again_with_the_rest(
    neighbours: list[tuple[int, int]],
) -> None:
    first, second, _ = (number for number, _ in neighbours)
    for number in (first, second):
        write(number, "KTDCX5", NOW)
    parts = [a_part(first, "Y"), a_part(second, "Y")]
    assert next(HALL.steps(parts, SOON)) == Step(places=(0,), answers=1)
    HALL.take(parts, SOON + timedelta(seconds=1))
    assert len(answers()) == IncomingMessage.objects.count() == 4
    codes = codes_held([one for _, one in neighbours], SOON + timedelta(seconds=2))
    assert [PACK in codes[one] for _, one in neighbours] == [True, True, False]
