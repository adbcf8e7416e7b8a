"""Whether lines may be used abroad: off, on once, off again, kept by a number that moves."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from tests.parties.examples import a_family
from wanhao.parties.actions import open_accounts
from wanhao.products.actions import carry_roaming, switch_roaming
from wanhao.products.models import RoamingPermit
from wanhao.products.roaming import roaming_of
from wanhao.products.roaming_contracts import RoamingView

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def lines(db: None) -> list[int]:
    (account,) = open_accounts([a_family()])
    return [line.line_id for line in account.groups[0].lines]


def test_every_line_begins_off(lines: list[int]) -> None:
    assert roaming_of(lines) == {line: RoamingView(line_id=line) for line in lines}
    assert roaming_of([]) == {}


def test_each_line_stands_as_it_was_switched_last(lines: list[int]) -> None:
    main, second, third = lines
    assert switch_roaming(main, True, NOW, door="sms")
    assert switch_roaming(second, True, NOW, door="counter", by="li.na")
    assert switch_roaming(second, False, NOW + HOUR, door="web")
    assert roaming_of(lines) == {
        main: RoamingView(line_id=main, on=True, since=NOW, door="sms"),
        second: RoamingView(line_id=second, on=False, since=NOW + HOUR, door="web"),
        third: RoamingView(line_id=third),
    }
    assert switch_roaming(second, True, NOW + 2 * HOUR, door="app")
    assert roaming_of([second])[second].on
    assert RoamingPermit.objects.filter(line_id=second).count() == 2


def test_what_stands_so_already_changes_nothing(lines: list[int]) -> None:
    assert not switch_roaming(lines[0], False, NOW, door="sms")
    assert switch_roaming(lines[0], True, NOW, door="sms")
    assert not switch_roaming(lines[0], True, NOW + HOUR, door="web")
    assert roaming_of(lines)[lines[0]].since == NOW


def test_a_number_that_gets_another_line_keeps_it(lines: list[int]) -> None:
    switch_roaming(lines[1], True, NOW, door="counter", by="li.na")
    carry_roaming(lines[1], lines[2], NOW + HOUR)
    carry_roaming(lines[0], lines[0], NOW + HOUR)
    assert roaming_of(lines)[lines[2]] == RoamingView(
        line_id=lines[2], on=True, since=NOW + HOUR, door="counter", by="li.na"
    )


@pytest.mark.django_db(transaction=True)
def test_switched_on_twice_at_once_it_is_on_once() -> None:
    (account,) = open_accounts([a_family()])
    line = account.groups[0].lines[0].line_id
    start, changed = threading.Barrier(4), []

    def work() -> None:
        start.wait(30)
        changed.append(switch_roaming(line, True, NOW, door="sms"))
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(changed) == [False, False, False, True]
    assert RoamingPermit.objects.count() == 1
