"""What rules look at on certain days is promised ahead, once, and held against the rule then."""

from datetime import datetime, timedelta

import pytest

from wanhao.communications.changing import change_rule
from wanhao.project.keepers import SLOW
from wanhao.promises.actions import keep_due
from wanhao.promises.contracts import PromiseState
from wanhao.promises.queries import promises
from wanhao.usage.contracts import ReviewFact
from wanhao.usage.facts_log import decode
from wanhao.usage.models import Fact
from wanhao.values.cycle import SHANGHAI
from wanhao.workflows import review_use, tell_endings, tell_points
from wanhao.workflows.make_calendar_promises import AHEAD, make_calendar_promises

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 15, 9, 0, tzinfo=SHANGHAI)


def ten(day: int, month: int = 11) -> datetime:
    return datetime(2026, month, day, 10, tzinfo=SHANGHAI)


def due(kind: str, first: datetime) -> list[datetime]:
    """When promises of a kind are due, among the days from the first on."""
    days = [f"{first + timedelta(days=ahead):%Y-%m-%d}" for ahead in range(AHEAD.days + 1)]
    return sorted(found.due_at for found in promises(kind, days).values())


def test_each_day_has_its_promises() -> None:
    make_calendar_promises(NOW)
    assert due(review_use.KIND, NOW) == [ten(20), ten(20, 12)]
    assert due(tell_points.KIND, NOW) == [ten(1, 12), ten(20, 12)]
    every_day = [ten(15) + timedelta(days=ahead) for ahead in range(AHEAD.days)]
    assert due(tell_endings.KIND, NOW) == every_day


def test_asking_again_promises_only_what_is_new() -> None:
    assert make_calendar_promises(NOW) == 4 + AHEAD.days
    assert make_calendar_promises(NOW + timedelta(hours=1)) == 0
    assert make_calendar_promises(NOW + timedelta(hours=25)) == 1


def test_a_day_that_is_over_is_not_promised() -> None:
    make_calendar_promises(ten(20) + timedelta(minutes=1))
    assert due(review_use.KIND, NOW) == [ten(20, 12)]


def test_a_rule_that_moved_to_another_day_is_looked_at_on_that_day_only() -> None:
    make_calendar_promises(NOW)
    change_rule("low-use", {"at": [21]}, by="wang", reason="the 20th is too early", now=NOW)
    make_calendar_promises(NOW + timedelta(hours=1))
    assert due(review_use.KIND, NOW) == [ten(20), ten(21), ten(20, 12), ten(21, 12)]

    keep_due({review_use.KIND: SLOW[review_use.KIND]}, ten(20))
    assert not Fact.objects.filter(kind="review").exists()
    (kept,) = promises(review_use.KIND, ["2026-11-20"]).values()
    assert kept.state is PromiseState.KEPT
    keep_due({review_use.KIND: SLOW[review_use.KIND]}, ten(21))
    (row,) = Fact.objects.filter(kind="review")
    assert decoded(row) == ReviewFact(cycle=202611, percent=40, part=0, parts=1)


def test_a_rule_that_was_switched_off_looks_at_nothing() -> None:
    make_calendar_promises(NOW)
    change_rule("low-use", {"enabled": False}, by="wang", reason="not this month", now=NOW)
    keep_due({review_use.KIND: SLOW[review_use.KIND]}, ten(20))
    assert not Fact.objects.filter(kind="review").exists()


def decoded(row: Fact) -> object:
    (fact,) = decode(row.kind, row.body)
    return fact
