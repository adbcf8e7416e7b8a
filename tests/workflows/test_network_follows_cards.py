"""A card that moves is another line with the same number: the network serves it all the same."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.network.peers import Clock, RunningPeer, a_sender, barrings_held, running_peer
from tests.parties.examples import a_line, an_account
from wanhao.network.contracts import Barring
from wanhao.network.queries import profiles_of_number, waiting
from wanhao.parties.contracts import LineView
from wanhao.parties.queries import lines_by_number
from wanhao.products.actions import load_catalogue
from wanhao.workflows.give_back_number import give_back_number
from wanhao.workflows.move_card import move_card
from wanhao.workflows.open_accounts import AccountOrder, open_accounts

pytestmark = pytest.mark.django_db(transaction=True)
PLAN = "lexiang-4g-59"
MAIN, CARD = 16907920001, 16907930001
OPENED = datetime(2026, 11, 22, 4, tzinfo=UTC)
MOVED = OPENED + timedelta(days=3)


@pytest.fixture
def card() -> LineView:
    """A card of its own that the network knows, beside a family's main card."""
    load_catalogue()
    accounts = [an_account(f"A{n}", (a_line(n),)) for n in (MAIN, CARD)]
    open_accounts([AccountOrder(account=one, offering_codes=(PLAN,)) for one in accounts], OPENED)
    return lines_by_number([CARD])[CARD]


def told(peer: RunningPeer, clock: Clock) -> dict[int, Barring]:
    """What the network holds of the card after it was told everything at once."""
    a_sender(peer, clock).send()
    assert waiting().profiles == 0, profiles_of_number(CARD)
    main = lines_by_number([MAIN])[MAIN].line_id
    return {line: barring for line, barring in barrings_held(peer).items() if line != main}


def test_a_card_that_moves_goes_on_at_once_and_a_number_given_back_ends(
    card: LineView, tmp_path: Path
) -> None:
    clock = Clock(OPENED)
    with running_peer(tmp_path) as peer:
        assert told(peer, clock) == {card.line_id: Barring.NONE}

        clock.now = MOVED
        moved = move_card(CARD, lines_by_number([MAIN])[MAIN].group_id, None, MOVED)
        assert told(peer, clock) == {card.line_id: Barring.REMOVED, moved.line_id: Barring.NONE}

        clock.now = MOVED + timedelta(days=1)
        give_back_number(CARD, clock.now)
        assert set(told(peer, clock).values()) == {Barring.REMOVED}
