"""Data beyond the plan, counted by the meter: each tier is told, and the stop is told and kept."""

from datetime import datetime
from pathlib import Path

import pytest

from tests.stories.family import Family
from wanhao.communications.actions import claim_for_sending, mark_accepted, release_due
from wanhao.communications.queries import messages_to
from wanhao.products.actions import load_catalogue
from wanhao.products.queries import data_stops
from wanhao.promises.actions import keep_due
from wanhao.workflows.continue_data import continue_data
from wanhao.workflows.order_product import order_product
from wanhao.workflows.stop_data import STOP_DATA, stop_data

pytestmark = pytest.mark.django_db(transaction=True)
NUMBER = 16_907_910_001


def told(rule: str) -> list[str]:
    """What the main card was told by a rule, oldest first."""
    found = messages_to([NUMBER], 50)[NUMBER]
    return [view.text for view in reversed(found) if view.rule == rule]


def everybody_reads(now: datetime) -> None:
    """What is due is sent and taken, and what waited for it is done."""
    release_due(now)
    for message in claim_for_sending("sms", 100, now):
        mark_accepted(message.message_id, [f"m{message.message_id}"], now)
    keep_due({STOP_DATA: stop_data}, now)


def test_an_automatic_upgrade_tells_the_fee_of_every_tier(tmp_path: Path) -> None:
    load_catalogue()
    family = Family(tmp_path, NUMBER, "lexiang-3g-49", "2026-09-01 00:00")
    order_product(family.group, "auto-upgrade-3952", family.at("2026-09-02 10:00"))
    family.at("2026-09-03 10:00")
    for amount in ("200 MB", "33 MB", "1 MB", "100 MB", "10 MB"):
        family.use(NUMBER, "data", amount)

    first, second = told("step-up")
    assert ("¥10.00" in first, "¥20.00" in second) == (True, True)
    assert told("data-stop") == []


def test_data_that_stops_is_told_once_and_kept(tmp_path: Path) -> None:
    load_catalogue()
    family = Family(tmp_path, NUMBER, "lexiang-4g-59", "2026-09-01 00:00")
    now = family.at("2026-09-03 10:00")
    for amount in ("15000 MB", "1000 MB", "1000 MB"):
        family.use(NUMBER, "data", amount)
    assert data_stops([family.group], 202609) == ()
    everybody_reads(now)

    (text,) = told("data-stop")
    assert "¥600.00" in text
    assert told("step-up") == []
    (stop,) = data_stops([family.group], 202609)
    assert stop.lifted_at is None


def test_who_goes_on_after_the_stop_is_stopped_and_told_anew(tmp_path: Path) -> None:
    load_catalogue()
    family = Family(tmp_path, NUMBER, "lexiang-4g-59", "2026-09-01 00:00")
    now = family.at("2026-09-03 10:00")
    family.use(NUMBER, "data", "16000 MB")
    everybody_reads(now)
    continue_data(family.group, family.at("2026-09-04 10:00"))
    now = family.at("2026-09-05 10:00")
    family.use(NUMBER, "data", "15000 MB")
    assert len(told("data-stop")) == 1
    family.use(NUMBER, "data", "400 MB")
    everybody_reads(now)

    assert ["¥1,200.00" in text for text in told("data-stop")] == [False, True]
    stops = data_stops([family.group], 202609)
    assert [stop.lifted_at is None for stop in stops] == [False, True]
