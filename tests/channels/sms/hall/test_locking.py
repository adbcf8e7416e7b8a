"""Who changes something by SMS waits for others, and they for him, but never in a ring."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.channels.sms.hall.hall_door import HALL, a_part, answers, write
from tests.communications.conftest import a_street
from tests.workflows.rivals import rival_after
from wanhao.channels.sms.contracts import Step
from wanhao.communications.incoming_models import IncomingMessage
from wanhao.products.actions import load_catalogue
from wanhao.products.queries import codes_held
from wanhao.workflows.order_product import order_product
from wanhao.workflows.tell_tariffs import tell_tariffs

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
SOON = NOW + timedelta(seconds=5)
FACTS_LOCKED = "pg_advisory_xact_lock(%s)"
PACK, OTHER = "sms-pack-5", "data-pack-10"


@pytest.fixture
def neighbours(transactional_db: None) -> list[tuple[int, int]]:
    """Number and group of three lines, each of an account of its own."""
    load_catalogue()
    street = a_street(3)
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
