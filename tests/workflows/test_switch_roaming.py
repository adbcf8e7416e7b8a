"""Roaming that is switched reaches the network, whatever else the line may or may not do."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.network.examples import profile_of
from tests.network.peers import Clock, a_sender, held_by, running_peer
from tests.parties.examples import a_line, an_account
from wanhao.network.contracts import Barring
from wanhao.network.queries import profiles_of_lines
from wanhao.parties.queries import lines_by_number
from wanhao.products.actions import load_catalogue
from wanhao.workflows.move_card import move_card
from wanhao.workflows.open_accounts import AccountOrder, open_accounts
from wanhao.workflows.report_loss import cancel_loss, report_loss
from wanhao.workflows.switch_roaming import switch_roaming
from wanhao.workflows.tell_network import tell_network, tell_network_of

PLAN = "lexiang-4g-59"
FAMILY, CARD = 16907920001, 16907930001
OPENED = datetime(2026, 11, 22, 4, tzinfo=UTC)
DAY = timedelta(days=1)
in_a_transaction = pytest.mark.django_db
for_real = pytest.mark.django_db(transaction=True)


def opened(*numbers: int) -> list[int]:
    """The lines of so many customers, each with a plan of its own."""
    load_catalogue()
    accounts = [an_account(f"A{number}", (a_line(number),)) for number in numbers]
    open_accounts([AccountOrder(account=one, offering_codes=(PLAN,)) for one in accounts], OPENED)
    lines = lines_by_number(numbers)
    return [lines[number].line_id for number in numbers]


@for_real
def test_switched_on_the_network_lets_the_line_abroad_until_it_is_switched_off(
    tmp_path: Path,
) -> None:
    (line,) = opened(CARD)
    clock = Clock(OPENED)
    with running_peer(tmp_path) as peer:
        sender = a_sender(peer, clock)
        for on in (True, False):
            clock.pass_by(DAY)
            switch_roaming(line, on, clock.now, door="sms")
            assert sender.send().confirmed == 1
            held = held_by(peer)[line]
            assert (held.roaming, held.barring, held.data) == (on, Barring.NONE, True)


@for_real
def test_a_card_that_moves_keeps_it_and_the_line_it_was_has_it_no_more(tmp_path: Path) -> None:
    main, card = opened(FAMILY, CARD)
    switch_roaming(card, True, OPENED, door="web")
    moved = move_card(CARD, lines_by_number([FAMILY])[FAMILY].group_id, None, OPENED + DAY)
    with running_peer(tmp_path) as peer:
        a_sender(peer, Clock(OPENED + DAY)).send()
        held = held_by(peer)
    assert {line: (one.barring, one.roaming) for line, one in held.items()} == {
        card: (Barring.REMOVED, False),
        moved.line_id: (Barring.NONE, True),
        main: (Barring.NONE, False),
    }
    switch_roaming(moved.line_id, False, OPENED + 2 * DAY, door="web")
    assert not profile_of(moved.line_id).roaming


@in_a_transaction
def test_a_line_that_is_barred_keeps_it_as_wanted() -> None:
    (line,) = opened(CARD)
    switch_roaming(line, True, OPENED, door="sms")
    report_loss(CARD, OPENED + DAY)
    assert (profile_of(line).barring, profile_of(line).roaming) == (Barring.ALL, True)
    switch_roaming(line, False, OPENED + 2 * DAY, door="counter", by="li.na")
    assert (profile_of(line).barring, profile_of(line).roaming) == (Barring.ALL, False)
    switch_roaming(line, True, OPENED + 3 * DAY, door="counter", by="li.na")
    cancel_loss(CARD, OPENED + 4 * DAY)
    assert (profile_of(line).barring, profile_of(line).roaming) == (Barring.NONE, True)


@in_a_transaction
def test_what_stands_so_already_is_not_told() -> None:
    (line,) = opened(CARD)
    assert not switch_roaming(line, False, OPENED, door="sms")
    assert profile_of(line).version == 1
    assert switch_roaming(line, True, OPENED, door="sms")
    assert not switch_roaming(line, True, OPENED + DAY, door="web")
    assert profile_of(line).version == 2


@in_a_transaction
@pytest.mark.parametrize("by_account", [False, True], ids=["by line", "by account"])
def test_many_lines_are_looked_up_as_one_is(by_account: bool) -> None:
    lines = opened(*range(CARD, CARD + 40))
    by_number = lines_by_number(range(CARD, CARD + 40))
    accounts = [by_number[number].account_id for number in sorted(by_number)]
    for line in lines[::2]:
        switch_roaming(line, True, OPENED, door="sms")

    def queries_for(some: slice) -> int:
        with CaptureQueriesContext(connection) as asked:
            if by_account:
                tell_network_of(accounts[some], OPENED)
            else:
                tell_network(lines[some], OPENED)
        return len(asked)

    assert queries_for(slice(1, 2)) == queries_for(slice(2, 40))
    told = profiles_of_lines(lines)
    assert [told[line].roaming for line in lines] == [True, False] * 20
