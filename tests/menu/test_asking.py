"""Asking: who may ask what where, and what becomes of bad input."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.db import transaction

from tests.menu.examples import Teahouse, asker, open_line, teahouse
from wanhao.access.contracts import TryKind
from wanhao.access.trying import MOST, begin_try, note_wrong
from wanhao.menu import registry
from wanhao.menu.actions import ask, ask_many
from wanhao.menu.contracts import (
    Answer,
    Asker,
    Asking,
    Door,
    IdentityLevel,
    NoInputs,
    Question,
    Reply,
    ReplyKind,
)
from wanhao.parties.contracts import Language

__all__ = ["teahouse"]
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def asked(item: str, who: Asker, **given: object) -> Reply:
    return ask(Question(item=item, given=given, asker=who), NOW)


def test_whoever_asks_is_answered_in_their_language(teahouse: Teahouse) -> None:
    nobody = asker(None, IdentityLevel.ANYONE)
    assert asked("hello", nobody).short == "Hello"
    zh = asker(None, IdentityLevel.ANYONE, language=Language.ZH)
    assert asked("hello", zh).short == "您好"


def test_what_does_not_exist_is_refused(teahouse: Teahouse) -> None:
    reply = asked("coffee", asker(open_line()))
    assert reply.kind is ReplyKind.REFUSED
    assert "coffee" in reply.long


def test_an_item_is_asked_only_at_its_doors(teahouse: Teahouse) -> None:
    reply = asked("tea", asker(open_line(), door=Door.HOTLINE), cups=1)
    assert reply.kind is ReplyKind.REFUSED
    assert "10000" in reply.long


def test_without_a_line_one_must_say_who_one_is_first(teahouse: Teahouse) -> None:
    reply = asked("tea", asker(None, IdentityLevel.ANYONE), cups=1)
    assert (reply.kind, reply.needs) == (ReplyKind.TO_STEP_UP, IdentityLevel.KNOWN)


def test_online_the_better_tea_is_for_whom_is_verified(teahouse: Teahouse) -> None:
    line = open_line()
    reply = asked("best_tea", asker(line, door=Door.WEB), cups=1)
    assert (reply.kind, reply.needs) == (ReplyKind.TO_STEP_UP, IdentityLevel.VERIFIED)
    reply = asked("best_tea", asker(line, IdentityLevel.VERIFIED, Door.WEB), cups=1)
    assert (reply.kind, reply.code_needed) == (ReplyKind.TO_CONFIRM, False)


def test_by_message_a_code_must_come_back_instead(teahouse: Teahouse) -> None:
    reply = asked("best_tea", asker(open_line()), cups=1)
    assert (reply.kind, reply.code_needed) == (ReplyKind.TO_CONFIRM, True)
    assert len(reply.code) == 4


def test_inputs_that_are_not_right_are_named(teahouse: Teahouse) -> None:
    who = asker(open_line())
    for given in ({}, {"cups": 0}, {"cups": "many"}, {"cups": 1, "sugar": True}):
        reply = asked("tea", who, **given)
        assert reply.kind is ReplyKind.REFUSED
        assert "cups" in reply.long or "sugar" in reply.long


def test_what_cannot_be_had_is_said_before_a_yes(teahouse: Teahouse) -> None:
    reply = asked("tea", asker(open_line(), language=Language.ZH), cups=6)
    assert (reply.kind, reply.short) == (ReplyKind.REFUSED, "茶不够了。")


def test_many_are_asked_at_once_and_nobodys_trouble_is_anothers(teahouse: Teahouse) -> None:
    who = asker(open_line())
    replies = ask_many(
        [
            Question(item="hello", given={}, asker=who),
            Question(item="coffee", given={}, asker=who),
            Question(item="tea", given={"cups": 0}, asker=who),
            Question(item="tea", given={"cups": 2}, asker=who),
        ],
        NOW,
    )
    assert [reply.kind for reply in replies] == [
        ReplyKind.ANSWERED,
        ReplyKind.REFUSED,
        ReplyKind.REFUSED,
        ReplyKind.TO_CONFIRM,
    ]


def test_a_no_that_notes_something_keeps_the_note(
    teahouse: Teahouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    line_id = open_line().line_id

    def turn_away(asking: Asking[NoInputs]) -> Answer:
        begin_try(line_id, TryKind.VOUCHER, asking.now)
        note_wrong(line_id, TryKind.VOUCHER, asking.now)
        return Answer(long="没有茶了", short="没有茶了", refused=True)

    item = replace(registry.items()["hello"], answer=turn_away)
    with monkeypatch.context() as menu:
        menu.setattr(registry, "items", lambda: {"hello": item})
        reply = asked("hello", asker(None, IdentityLevel.ANYONE))
    assert (reply.kind, reply.short) == (ReplyKind.REFUSED, "没有茶了")
    with transaction.atomic():
        assert begin_try(line_id, TryKind.VOUCHER, NOW) == MOST[TryKind.VOUCHER] - 1
