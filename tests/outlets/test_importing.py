"""Places come in by their codes; the same file again changes nothing."""

from dataclasses import replace
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.outlets.examples import a_hotspot, a_place
from wanhao.outlets.actions import import_places
from wanhao.outlets.contracts import ImportResult, PlaceKind, Service
from wanhao.outlets.queries import listed

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)


def test_what_is_new_comes_what_differs_changes_the_rest_stays() -> None:
    first = [a_place("H1"), a_place("H2"), a_hotspot("W1")]
    assert import_places(first) == ImportResult(new=3, changed=0, same=0)
    assert import_places(first) == ImportResult(new=0, changed=0, same=3)
    second = [
        a_place("H1", services=(Service.PAYMENT,)),
        a_hotspot("W1", ssid="other"),
        a_place("H3"),
    ]
    assert import_places(second) == ImportResult(new=1, changed=2, same=0)
    there = {view.place.code: view.place for view in listed(TODAY)}
    assert sorted(there) == ["H1", "H2", "H3", "W1"]
    assert (there["H1"].services, there["W1"].ssid) == ((Service.PAYMENT,), "other")


def test_a_place_comes_back_as_it_went_in() -> None:
    hall = a_place(
        "H1",
        hours="Mo-Su 08:30-18:00",
        services=(Service.PAYMENT, Service.REPAIR),
        until=date(2027, 1, 1),
        demo=True,
    )
    agent = a_place("A1", kind=PlaceKind.AGENT, level=None)
    hotspot = a_hotspot("W1")
    import_places([hall, agent, hotspot])
    assert [view.place for view in listed(TODAY)] == [agent, hall, hotspot]


def test_a_dry_run_says_the_same_and_writes_nothing() -> None:
    import_places([a_place("H1")])
    wanted = [a_place("H1", name_zh="改名"), a_place("H2")]
    told = import_places(wanted, dry_run=True)
    assert told == ImportResult(new=1, changed=1, same=0)
    assert [view.place for view in listed(TODAY)] == [a_place("H1")]
    assert import_places(wanted) == told


def test_nothing_comes_of_nothing() -> None:
    assert import_places([]) == ImportResult(new=0, changed=0, same=0)


def test_thousands_come_in_one_statement() -> None:
    places = [a_place(f"H{n}", latitude=28_000_000 + n) for n in range(3_000)]
    with CaptureQueriesContext(connection) as asked:
        assert import_places(places).new == 3_000
    assert len([one for one in asked if "INSERT" in one["sql"]]) == 1


def test_a_place_is_there_until_its_last_day() -> None:
    import_places([a_place("H1", until=date(2026, 11, 24)), a_place("H2", until=TODAY)])
    assert [view.place.code for view in listed(TODAY)] == ["H1"]
    import_places([replace(a_place("H1"), until=None)])
    assert [view.place.code for view in listed(date(2030, 1, 1))] == ["H1"]
