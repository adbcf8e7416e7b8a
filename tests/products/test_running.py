"""The running month, read at once, says what each question by itself says."""

from datetime import timedelta

import pytest

from tests.communications.conftest import a_street
from tests.communications.crossings import NOW
from wanhao.products.actions import (
    cancel,
    change_plan,
    load_catalogue,
    order,
    pause_group,
)
from wanhao.products.queries import fees, holdings, rent
from wanhao.products.running import RunningMonth
from wanhao.values.cycle import Cycle

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=3)
THIS = Cycle.of(NOW)


def test_it_says_what_each_question_says() -> None:
    load_catalogue()
    street = [one.groups[0] for one in a_street(8)]
    groups = [one.group_id for one in street]
    _, packed, ending, changing, paused, back, once, up = groups
    for code in ("sms-pack-5", "data-pack-monthly-20"):
        order(packed, code, NOW)
        order(ending, code, NOW)
    cancel(ending, "data-pack-monthly-20", LATER)
    change_plan(changing, "lexiang-4g-59", NOW)
    pause_group(paused, from_cycle=THIS.number, fee_fen=500, kept_for=1)
    pause_group(back, from_cycle=THIS.next.number, fee_fen=500, kept_for=2)
    order(once, "data-pack-10", NOW)
    order(up, "auto-upgrade-3952", NOW)
    for now in (
        NOW,
        LATER,
        THIS.end - timedelta(seconds=1),
        THIS.end,
        THIS.next.start + timedelta(days=9),
    ):
        month, cycle = RunningMonth(groups, now), Cycle.of(now)
        assert month.fees() == fees(cycle.number, groups)
        assert month.rent() == rent(cycle.next.number, groups)
        assert month.holdings() == (holdings(groups, now), holdings(groups, cycle.end))
