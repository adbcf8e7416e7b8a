"""A pack, an upgrade and a stop of data, as the running meter takes them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.pages.operator import TALKER, SmallOperator
from wanhao.communications.actions import claim_for_sending, mark_accepted, release_due
from wanhao.communications.queries import reminders_by_rule
from wanhao.parties.queries import lines_by_number
from wanhao.products.queries import data_stops
from wanhao.promises.actions import keep_due
from wanhao.values.cycle import Cycle
from wanhao.workflows.continue_data import continue_data
from wanhao.workflows.order_product import order_product
from wanhao.workflows.stop_data import STOP_DATA, stop_data

pytestmark = pytest.mark.django_db(transaction=True)
MB = 1024 * 1024


@pytest.fixture
def operator(tmp_path: Path) -> Iterator[SmallOperator]:
    small = SmallOperator(tmp_path)
    small.open()
    yield small
    small.close()


class Surfer:
    """The talker of 乐享4G 59 (500 MB), who uses data."""

    def __init__(self, operator: SmallOperator) -> None:
        self.operator, self.files = operator, 0
        self.group = lines_by_number([TALKER])[TALKER].group_id
        self.start = int((datetime.now(UTC) - timedelta(minutes=5)).timestamp())

    def uses(self, megabytes: int) -> None:
        self.files += 1
        row = f"s{self.files},pgw-1,{TALKER},data,domestic,{self.start},{megabytes * MB},1\n"
        self.operator.drop(f"data-{self.files}.csv", [row])

    def told(self) -> dict[str, int]:
        """How often each reminder about data was decided."""
        counts = {count.rule.code: count.decided for count in reminders_by_rule()}
        return {code: decided for code, decided in counts.items() if "data" in code and decided}


def everybody_is_told() -> None:
    """The network takes all that is to be said, and what waited for it is done."""
    now = datetime.now(UTC)
    release_due(now)
    for message in claim_for_sending("sms", 100, now):
        mark_accepted(message.message_id, [f"m{message.message_id}"], now)
    keep_due({STOP_DATA: stop_data}, now)


def test_a_pack_is_there_for_the_next_record(operator: SmallOperator) -> None:
    surfer = Surfer(operator)
    surfer.uses(350)
    order_product(surfer.group, "data-pack-10", datetime.now(UTC))
    surfer.uses(100)  # 450 MB are 90 % of 500, but 75 % of 600
    assert surfer.told() == {"data-50": 1}
    surfer.uses(30)
    assert surfer.told() == {"data-50": 1, "data-80": 1}


def test_data_stops_at_15_gb_and_goes_on_when_asked(operator: SmallOperator) -> None:
    surfer = Surfer(operator)
    cycle = Cycle.at_epoch(surfer.start).number
    surfer.uses(500 + 15 * 1024 - 1)
    assert data_stops([surfer.group], cycle) == ()
    surfer.uses(1)
    assert data_stops([surfer.group], cycle) == ()  # not before somebody was told
    everybody_is_told()
    (stop,) = data_stops([surfer.group], cycle)
    assert stop.lifted_at is None
    continue_data(surfer.group, datetime.now(UTC))
    surfer.uses(1)
    (stop,) = data_stops([surfer.group], cycle)
    assert stop.lifted_at is not None
