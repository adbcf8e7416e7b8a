"""The demo's visitor lets a month pass, and sees on the page of phones how far it is."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from tests.pages.handsets import message_centre, sms
from wanhao.pages.design import clock as clock_of_pages
from wanhao.pages.phones import ports
from wanhao.project.clock import DemoClock
from wanhao.project.demo.cast import cast
from wanhao.project.phones import DemoCast, DemoTraveller, HttpHandsets
from wanhao.usage.models import MeterPulse

pytestmark = pytest.mark.django_db
MEMBER = cast()[0]


@pytest.fixture
def clock(tmp_path: Path, settings: Settings) -> Iterator[DemoClock]:
    settings.DEMO = True
    clock = DemoClock(tmp_path)
    now = datetime.now(UTC)
    with message_centre({MEMBER.number: [sms("您好", at=now)]}) as port:
        handsets = HttpHandsets(port, shown=clock.shown)
        ports.provide_phones(DemoCast(), handsets, DemoTraveller(clock))
        yield clock
    ports.PHONES.cast = ports.PHONES.handsets = ports.PHONES.traveller = None


def test_the_page_offers_to_pass_a_month(client: Client, clock: DemoClock) -> None:
    assert "快进一个月" in client.get("/phones/").content.decode()
    assert clock.haste() is None


def test_a_month_passes_in_ten_minutes_and_the_page_shows_how_far_it_is(
    client: Client, clock: DemoClock
) -> None:
    before = clock()
    assert client.post("/phones/month/").status_code == 302
    haste = clock.haste()
    assert haste is not None
    assert haste.goal - haste.shown == timedelta(days=31)
    assert (haste.goal - haste.shown) / haste.speed == timedelta(minutes=10)
    shown = client.get("/phones/journey/").content.decode()
    assert "<progress" in shown
    assert before < clock()


def test_the_operations_page_calls_no_running_meter_stopped_while_a_month_passes(
    client: Client, clock: DemoClock
) -> None:
    client.post("/phones/month/")
    MeterPulse.objects.create(at=clock(), waiting_files=0)
    clock_of_pages.use(lambda: clock() + timedelta(hours=2))
    try:
        shown = client.get("/operations/counting/").content.decode()
    finally:
        clock_of_pages.use(timezone.now)
    assert "计量没有在运行" not in shown
    assert "一个月" in shown


def test_asking_twice_passes_one_month(client: Client, clock: DemoClock) -> None:
    client.post("/phones/month/")
    first = clock.haste()
    client.post("/phones/month/")
    assert clock.haste() == first


def test_messages_carry_the_time_that_was_shown(client: Client, clock: DemoClock) -> None:
    clock.hasten(timedelta(days=31), 10**9)
    handsets = ports.PHONES.handsets
    assert handsets is not None
    machine = datetime.now(UTC) + timedelta(hours=1)
    assert clock.shown(machine) - machine > timedelta(days=30)
    early = machine - timedelta(days=2)
    assert clock.shown(early) == early


def test_outside_the_demo_time_cannot_be_sent_ahead(client: Client, settings: Settings) -> None:
    settings.DEMO = False
    assert client.post("/phones/month/").status_code == 404
    assert client.get("/phones/journey/").status_code == 404
