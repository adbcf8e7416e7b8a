"""A threshold is changed while the meter runs: silent for who is past it, told when reached."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from tests.metering.pages import rows_of
from tests.parties.examples import a_line, an_account
from tests.stories.records import drop_records, record
from wanhao.communications.changing import WATCH, change_rule, history, revert_change
from wanhao.communications.models import ReminderDecision
from wanhao.parties.contracts import PayType
from wanhao.products.actions import load_catalogue
from wanhao.promises.actions import keep_due
from wanhao.usage.contracts import Service
from wanhao.usage.folders import Folders
from wanhao.usage.local import LocalMeter
from wanhao.usage.queries import current_thresholds
from wanhao.values.cycle import SHANGHAI
from wanhao.workflows.open_accounts import AccountOrder, open_accounts
from wanhao.workflows.tell_customers import TellCustomers
from wanhao.workflows.watch_thresholds import keep_watching, watch_thresholds

pytestmark = pytest.mark.django_db(transaction=True)
PLAN = "lexiang-4g-59"  # 100 minutes
USED = [int(row[0]) for row in rows_of("changing-rules.md", "used")]
NUMBERS = {used: 16907910001 + place for place, used in enumerate(USED)}


class Operator:
    """A meter, the worker's promises and a clock that is told."""

    def __init__(self, folder: Path) -> None:
        self.now = datetime(2026, 11, 10, 12, tzinfo=SHANGHAI)
        self.folders = Folders(folder)
        self.meter = LocalMeter(
            folders=self.folders, sink=TellCustomers(), clock=lambda: self.now, shards=2
        )
        self._ids = count(1)
        load_catalogue()
        watch_thresholds(self.now)
        self.meter.start()
        orders = [
            AccountOrder(
                account=an_account(str(number), (a_line(number),), pay_type=PayType.POSTPAID),
                offering_codes=(PLAN,),
            )
            for number in NUMBERS.values()
        ]
        open_accounts(orders, self.now)
        self.settle()

    def settle(self) -> None:
        """What was promised for now is kept, and the meter takes in all that waits."""
        keep_due({WATCH: keep_watching}, self.now)
        while self.meter.step():
            pass

    def later(self, by: timedelta) -> None:
        self.now += by
        self.settle()

    def call(self, **minutes: int) -> None:
        """Calls of the customers who have used so much so far, as used_60=10."""
        start = int(self.now.timestamp()) - 60
        records = [
            record(
                next(self._ids), NUMBERS[int(who.removeprefix("used_"))], "voice", n, start=start
            )
            for who, n in minutes.items()
        ]
        drop_records(self.folders.inbox, f"calls-{next(self._ids)}", records)
        self.settle()

    def told(self) -> dict[int, list[int]]:
        """At which thresholds the 80 % rule told each customer so far, by what they had used."""
        told: dict[int, list[int]] = {used: [] for used in USED}
        numbers = {number: used for used, number in NUMBERS.items()}
        found = ReminderDecision.objects.filter(rule="voice-80", outcome="told").order_by("id")
        for decision in found.select_related("line"):
            told[numbers[decision.line.number]].append(decision.trigger["threshold"])
        return told

    def watches(self) -> tuple[int, ...]:
        now = current_thresholds()
        assert now is not None
        return now.usage[Service.VOICE]


@pytest.fixture
def operator(tmp_path: Path) -> Iterator[Operator]:
    made = Operator(tmp_path)
    yield made
    made.meter.stop()


def test_who_is_past_the_new_threshold_hears_nothing_and_nobody_hears_twice(
    operator: Operator,
) -> None:
    operator.call(used_60=60, used_75=75, used_85=85)
    assert operator.told() == {60: [], 75: [], 85: [80]}

    change_rule("voice-80", {"threshold": 70}, by="li", reason="too late", now=operator.now)
    operator.settle()
    assert operator.watches() == (70, 100)
    at_change = operator.told()
    assert at_change == {60: [], 75: [], 85: [80]}

    operator.call(used_60=10, used_75=3, used_85=2)
    assert operator.told() == {60: [70], 75: [], 85: [80]}

    (made,) = history("voice-80")
    revert_change(
        made.change_id,
        by="li",
        reason="too many",
        now=operator.now,
        valid_from=operator.now + timedelta(hours=1),
    )
    operator.settle()
    assert operator.watches() == (70, 100)
    operator.later(timedelta(hours=1))
    assert operator.watches() == (80, 100)

    operator.call(used_60=12, used_75=3, used_85=2)
    operator.call(used_60=1, used_75=1, used_85=1)
    assert operator.told() == {60: [70], 75: [80], 85: [80]}
    for used, at_once, at_70, at_80 in rows_of("changing-rules.md", "used"):
        new = operator.told()[int(used)][len(at_change[int(used)]) :]
        assert (at_once, at_70, at_80) == ("no", _word(70 in new), _word(80 in new))


def _word(fact: bool) -> str:
    return "yes" if fact else "no"


def test_a_rule_that_is_taken_out_of_use_and_back_tells_from_then_on(operator: Operator) -> None:
    change_rule("voice-80", {"enabled": False}, by="li", reason="not now", now=operator.now)
    operator.settle()
    operator.call(used_60=60, used_75=75, used_85=85)
    assert operator.told() == {60: [], 75: [], 85: []}

    (made,) = history("voice-80")
    revert_change(made.change_id, by="li", reason="now", now=operator.now)
    operator.settle()
    operator.call(used_60=15, used_75=10, used_85=3)
    assert operator.told() == {60: [], 75: [80], 85: []}
