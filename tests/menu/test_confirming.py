"""Saying yes: within half an hour, to the last thing asked, and done once."""

from datetime import UTC, datetime, timedelta

from tests.menu.examples import Teahouse, asker, open_line, teahouse
from wanhao.menu.actions import ask, confirm
from wanhao.menu.contracts import Asker, Door, IdentityLevel, Question, Reply, ReplyKind
from wanhao.menu.queries import is_waiting

__all__ = ["teahouse"]
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def asked(who: Asker, cups: int, item: str = "tea") -> Reply:
    return ask(Question(item=item, given={"cups": cups}, asker=who), NOW)


def test_nothing_is_done_before_the_yes_and_once_after_it(teahouse: Teahouse) -> None:
    who = asker(open_line())
    asked(who, 2)
    assert teahouse.orders == {}
    first, second = confirm(who, NOW + MINUTE), confirm(who, NOW + 2 * MINUTE)
    assert first == second
    assert (first.kind, first.data) == (ReplyKind.ANSWERED, {"cups": 2})
    assert list(teahouse.orders.values()) == [2]


def test_half_an_hour_is_given(teahouse: Teahouse) -> None:
    who = asker(line := open_line())
    asked(who, 2)
    assert is_waiting(line.line_id, Door.SMS, NOW + 29 * MINUTE)
    assert confirm(who, NOW + 30 * MINUTE).kind is ReplyKind.REFUSED
    assert teahouse.orders == {}
    assert not is_waiting(line.line_id, Door.SMS, NOW + 30 * MINUTE)


def test_a_yes_is_to_the_last_question(teahouse: Teahouse) -> None:
    who = asker(open_line())
    first, _ = asked(who, 1), asked(who, 2)
    assert confirm(who, NOW + MINUTE, nonce=first.nonce).kind is ReplyKind.REFUSED
    confirm(who, NOW + MINUTE)
    assert list(teahouse.orders.values()) == [2]


def test_a_yes_to_nothing_says_so(teahouse: Teahouse) -> None:
    assert "Nothing waits" in confirm(asker(open_line()), NOW).long


def test_a_yes_at_another_door_is_to_nothing(teahouse: Teahouse) -> None:
    line = open_line()
    asked(asker(line), 1)
    assert confirm(asker(line, door=Door.WEB), NOW).kind is ReplyKind.REFUSED
    assert teahouse.orders == {}


def test_what_cannot_be_done_any_more_is_refused_in_the_customers_words(
    teahouse: Teahouse,
) -> None:
    who = asker(open_line())
    reply = asked(who, 4)
    teahouse.orders["somebody else"] = 3
    assert confirm(who, NOW + MINUTE, nonce=reply.nonce).long == "You do not have tea."
    assert confirm(who, NOW + 2 * MINUTE).kind is ReplyKind.REFUSED
    assert "somebody else" in teahouse.orders
    assert len(teahouse.orders) == 1


def test_where_the_code_is_needed_a_bare_yes_asks_for_it(teahouse: Teahouse) -> None:
    who = asker(open_line())
    reply = asked(who, 1, "best_tea")
    assert "four digits" in confirm(who, NOW).long
    assert confirm(who, NOW, code=reply.code).kind is ReplyKind.ANSWERED


def test_three_wrong_codes_end_it(teahouse: Teahouse) -> None:
    who = asker(open_line())
    reply = asked(who, 1, "best_tea")
    wrong = "1000" if reply.code != "1000" else "1001"
    told = [confirm(who, NOW, code=wrong).long for _ in range(3)]
    assert "not the code" in told[0]
    assert "three times" in told[2]
    assert confirm(who, NOW, code=reply.code).kind is ReplyKind.REFUSED
    assert teahouse.orders == {}


def test_who_is_verified_must_still_be_when_saying_yes(teahouse: Teahouse) -> None:
    line = open_line()
    reply = asked(asker(line, IdentityLevel.VERIFIED, Door.WEB), 1, "best_tea")
    late = asker(line, door=Door.WEB)
    assert confirm(late, NOW, nonce=reply.nonce).kind is ReplyKind.REFUSED
    assert teahouse.orders == {}
