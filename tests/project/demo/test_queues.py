"""The demo's halls have desks, and the first of them has people in it while it is open."""

from datetime import UTC, datetime

import pytest

from wanhao.outlets.actions import import_places
from wanhao.outlets.waiting import halls_with_queues, queue_of
from wanhao.project.demo.outlets import demo_places
from wanhao.project.demo.queues import furnish_halls

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
NIGHT = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
FIRST = "DEMO-HALL-001"


def test_every_hall_has_a_queue_and_people_come_once_a_day() -> None:
    import_places(demo_places())
    furnish_halls(demo_places(), NIGHT)
    assert len(halls_with_queues(NIGHT)) == 109
    assert queue_of(FIRST, NIGHT).waiting == ()
    furnish_halls(demo_places(), NOON)
    furnish_halls(demo_places(), NOON)
    queue = queue_of(FIRST, NOON)
    assert (queue.served, len(queue.waiting), queue.mean_seconds) == (3, 5, 240)
    assert queue.desks[0].ticket is not None
    assert len(queue.desks) == 4
