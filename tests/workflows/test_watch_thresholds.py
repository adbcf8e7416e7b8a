"""The meter watches what the reminder rules speak of."""

from datetime import UTC, datetime

import pytest

from tests.workflows.told_facts import told_facts
from wanhao.usage.contracts import Service, ThresholdsFact
from wanhao.usage.queries import current_thresholds
from wanhao.workflows.watch_thresholds import watch_thresholds

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def test_the_rules_thresholds_are_published_once() -> None:
    assert watch_thresholds(NOON)
    assert not watch_thresholds(NOON)

    assert told_facts() == [
        ThresholdsFact(
            usage={
                Service.VOICE: (80, 100),
                Service.MESSAGE: (80, 100),
                Service.DATA: (50, 80, *range(100, 3001, 100)),
            },
            money=(0, 500, 1500),
            credit=(80, 100),
        )
    ]
    assert current_thresholds() == told_facts()[0]
