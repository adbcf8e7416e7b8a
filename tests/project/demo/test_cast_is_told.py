"""From the cast's usage file to what each of them is told, through the real meter."""

from collections import defaultdict
from datetime import UTC, datetime

import pytest

from wanhao.communications.models import ReminderDecision
from wanhao.communications.queries import messages_to
from wanhao.parties.queries import lines_by_number
from wanhao.project.demo.cast import cast
from wanhao.project.demo.world import build_world, drop_history
from wanhao.usage.folders import Folders
from wanhao.usage.local import LocalMeter
from wanhao.usage.queries import meter_status
from wanhao.workflows.tell_customers import TellCustomers

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
EVENING_OF_THE_FIRST = datetime(2026, 10, 31, 16, 5, tzinfo=UTC)
"""Five past midnight on the first of November in Nanchang."""


def count_history(folder, now: datetime) -> None:
    """Build a small world, drop its month so far and count until nothing is left to do."""
    folders = Folders(folder / "usage")
    build_world(300, lambda done, total: None, now)
    drop_history(folders.inbox, now, 300)
    meter = LocalMeter(folders=folders, sink=TellCustomers(), shards=4, clock=lambda: now)
    meter.start()
    while meter.step():
        pass
    meter.stop()


def rules_told() -> dict[int, list[str]]:
    """Which rules led to a message, by number."""
    found = messages_to([member.number for member in cast()], 20)
    return {number: sorted(message.rule for message in views) for number, views in found.items()}


@pytest.mark.parametrize("now", [NOW, EVENING_OF_THE_FIRST], ids=["mid-month", "the first, 00:05"])
def test_each_of_the_cast_is_told_exactly_what_the_cast_file_says(tmp_path, now):
    count_history(tmp_path, now)
    told = rules_told()
    assert {member.number: told.get(member.number, []) for member in cast()} == {
        member.number: list(member.told) for member in cast()
    }


def test_who_opted_out_has_a_decision_but_no_message(tmp_path):
    count_history(tmp_path, NOW)
    peng = next(member for member in cast() if member.opted_out)
    line = lines_by_number([peng.number])[peng.number]
    decisions = ReminderDecision.objects.filter(line_id=line.line_id)
    assert [(one.rule, one.outcome) for one in decisions] == [("voice-80", "opted_out")]
    assert not rules_told().get(peng.number)


def test_every_record_of_the_history_is_counted(tmp_path):
    count_history(tmp_path, NOW)
    status = meter_status(NOW)
    assert status.records_in == status.metered > 1000
    assert (status.duplicate, status.quarantined) == (0, 0)


def test_the_world_begins_with_few_reminders(tmp_path):
    count_history(tmp_path, NOW)
    by_number = defaultdict(int)
    for decision in ReminderDecision.objects.select_related("line"):
        by_number[decision.line.number] += 1
    theirs = {member.number for member in cast()}
    assert sum(times for number, times in by_number.items() if number not in theirs) < 10
