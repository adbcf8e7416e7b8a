"""What a text costs the database: how many statements, which an added look would raise."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.channels.sms.hall.hall_door import HALL, a_part, answers, write
from tests.communications.conftest import a_street
from wanhao.products.actions import load_catalogue
from wanhao.workflows.tell_tariffs import tell_tariffs

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
SOON = NOW + timedelta(seconds=5)


@pytest.fixture
def numbers(transactional_db: None) -> list[int]:
    """Lines on a plan; offerings were read before, and tariffs told."""
    load_catalogue()
    street = [one.groups[0].lines[0].number for one in a_street(6)]
    tell_tariffs()
    write(street[0], "KTDCX5", NOW)
    write(street[0], "Y", SOON)
    return street[1:]


def asked(numbers: list[int], text: str, now: datetime) -> list[str]:
    """What the database was asked, BEGIN and COMMIT left out."""
    with CaptureQueriesContext(
        connection,
    ) as caught:
        HALL.take([a_part(number, text) for number in numbers], now)
    found = [one["sql"] for one in caught.captured_queries]
    return [sql for sql in found if sql not in ("BEGIN", "COMMIT")]


def test_a_proposal_of_a_pack_asks_14_times_and_each_more_of_them_8(numbers: list[int]) -> None:
    one = asked(numbers[:1], "KTDCX5", NOW)
    assert len(one) <= 14, one
    assert len(asked(numbers[1:5], "KTDCX5", NOW)) <= 14 + 3 * 8


def test_a_yes_that_orders_a_pack_asks_33_times(numbers: list[int]) -> None:
    write(numbers[0], "KTDCX5", NOW)
    found = asked(numbers[:1], "Y", SOON)
    assert answers()[-1].startswith("您已开通")
    assert len(found) <= 33, found


@pytest.mark.parametrize("text", ["101", "102", "103", "104", "105", "108", "0000", "0", "你好"])
def test_questions_asked_together_ask_no_more_than_one(numbers: list[int], text: str) -> None:
    one = len(asked(numbers[:1], text, NOW))
    assert len(asked(numbers[1:5], text, NOW)) <= one + 2
