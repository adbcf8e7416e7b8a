"""The life of a message: the table, and that a stale move changes nothing."""

import pytest

from tests.communications.conftest import Town
from tests.communications.crossings import NOW, decide, voice_crossing
from wanhao.communications.contracts import MessageState
from wanhao.communications.models import CommunicationMessage
from wanhao.communications.moving import move
from wanhao.communications.states import MOVES, may_come_from


def test_every_state_can_be_reached_from_planned_and_two_are_the_end() -> None:
    reached = {MessageState.PLANNED}
    for _ in MessageState:
        reached |= {target for state in reached for target in MOVES[state]}
    assert reached == set(MessageState) == set(MOVES)
    assert {state for state, targets in MOVES.items() if not targets} == {
        MessageState.DELIVERED,
        MessageState.WITHDRAWN,
    }


def test_nothing_is_sent_that_was_not_released() -> None:
    assert may_come_from(MessageState.SUBMITTING) == {MessageState.RELEASED}
    assert may_come_from(MessageState.RELEASED) == {
        MessageState.PLANNED,
        MessageState.SUBMITTING,
    }


def test_what_went_wrong_is_planned_again_and_never_sent_as_it_is() -> None:
    assert MOVES[MessageState.FAILED] == {MessageState.PLANNED}
    assert MessageState.SUBMITTING not in MOVES[MessageState.UNKNOWN]
    assert MOVES[MessageState.MERGED] == {MessageState.PLANNED, MessageState.WITHDRAWN}


@pytest.mark.parametrize("start", list(MessageState))
@pytest.mark.parametrize("target", list(MessageState))
def test_a_message_moves_only_where_the_table_lets_it(
    town: Town, start: MessageState, target: MessageState
) -> None:
    decide(voice_crossing(town.family))
    other = town.smith
    decide(voice_crossing(other))
    carrier = CommunicationMessage.objects.latest("id")
    messages = CommunicationMessage.objects.exclude(id=carrier.pk)
    messages.update(state=start.value, text="您好", claimed_at=NOW, carrier=_with(start, carrier))

    moved = move(messages, target, NOW, carrier=_with(target, carrier))
    assert moved == (target in MOVES[start])
    expected = target if target in MOVES[start] else start
    assert messages.get().state == expected.value


def _with(state: MessageState, carrier: CommunicationMessage) -> CommunicationMessage | None:
    return carrier if state is MessageState.MERGED else None
