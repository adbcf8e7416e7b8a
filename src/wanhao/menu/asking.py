"""Asks the menu: looks at inputs and identity, proposes what needs a yes, answers the rest."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from pydantic import ValidationError

from wanhao.menu.confirming import write_down
from wanhao.menu.contracts import (
    Answer,
    Asker,
    Asking,
    Door,
    IdentityLevel,
    Inputs,
    MenuItem,
    Question,
    RefusedError,
    Reply,
    ReplyKind,
)
from wanhao.menu.input_refusals import refusal_of_inputs
from wanhao.menu.levels import needed
from wanhao.menu.proving import may_prove, prove
from wanhao.menu.refusing import refusal_of
from wanhao.menu.registry import item_of
from wanhao.values.errors import WanhaoError

LEVEL_WORDS = {
    IdentityLevel.KNOWN: ("请先登录或使用本机办理。", "Please sign in, or use the line itself."),
    IdentityLevel.VERIFIED: (
        "此业务需要先验证服务密码或短信验证码。",
        "This needs your service password or a code by SMS first.",
    ),
    IdentityLevel.STRONG: (
        "此业务需要核验本人身份，请到营业厅或网上营业厅办理。",
        "This needs proof of who you are; please use the online hall or a business hall.",
    ),
}
PROVED_HERE = frozenset({Door.WEB, Door.APP, Door.TERMINAL, Door.COUNTER})
"""Doors at which the highest level is reached without going elsewhere."""
HERE = (
    "此业务涉及个人信息，请先核验本人身份。",
    "This concerns personal data; please prove who you are first.",
)


def ask(question: Question, now: datetime) -> Reply:
    """Ask one thing. What an item changes and the note of it are committed together, or not."""
    try:
        prepared = _prepare(question, now)
    except WanhaoError as error:
        return refused(question.item, refusal_of(error), question.asker)
    if isinstance(prepared, Reply):
        return prepared
    item, asking = prepared
    try:
        with transaction.atomic():
            if item.propose is not None:
                return _proposed(item, asking)
            return answered(item.code, item.answer(asking))
    except WanhaoError as error:
        return refused(item.code, refusal_of(error), question.asker)


def ask_many(questions: Sequence[Question], now: datetime) -> list[Reply]:
    """Ask many things of many lines, replies in the same order; items that can answer together do
    so. Nobody's trouble is another's."""
    replies: dict[int, Reply] = {}
    together: dict[str, list[int]] = {}
    for place, question in enumerate(questions):
        together.setdefault(question.item, []).append(place)
    for code, places in together.items():
        asked = [questions[place] for place in places]
        replies |= dict(zip(places, _of_one_item(code, asked, now), strict=True))
    return [replies[place] for place in range(len(questions))]


def answered(code: str, answer: Answer) -> Reply:
    """An answer as a reply."""
    return Reply(
        kind=ReplyKind.REFUSED if answer.refused else ReplyKind.ANSWERED,
        item=code,
        long=answer.long,
        short=answer.short,
        data=answer.data,
        to_pay=answer.to_pay,
    )


def refused(code: str, refusal: RefusedError, asker: Asker) -> Reply:
    """A refusal as a reply."""
    said = refusal.said(asker.language)
    return Reply(kind=ReplyKind.REFUSED, item=code, long=said, short=said)


def _of_one_item(code: str, asked: Sequence[Question], now: datetime) -> list[Reply]:
    prepared = [_prepared_or_refused(question, now) for question in asked]
    ready = [one for one in prepared if not isinstance(one, Reply)]
    if len(ready) < 2 or ready[0][0].together is None:
        return [ask(question, now) for question in asked]
    found = ready[0][0].together([asking for _, asking in ready])
    given = iter(zip(ready, found, strict=True))
    return [one if isinstance(one, Reply) else _given(code, *next(given)) for one in prepared]


def _given(
    code: str, asked: tuple[MenuItem[Any], Asking[Any]], found: Answer | WanhaoError
) -> Reply:
    if isinstance(found, WanhaoError):
        return refused(code, refusal_of(found), asked[1].asker)
    return answered(code, found)


def _prepared_or_refused(
    question: Question, now: datetime
) -> tuple[MenuItem[Any], Asking[Any]] | Reply:
    try:
        return _prepare(question, now)
    except WanhaoError as error:
        return refused(question.item, refusal_of(error), question.asker)


def _prepare(question: Question, now: datetime) -> tuple[MenuItem[Any], Asking[Any]] | Reply:
    """The item and the question to it; a reply where the asker must first do more."""
    item, asker = item_of(question.item), question.asker
    if asker.door not in item.doors:
        raise RefusedError(
            f"“{item.zh}”暂不能在这里办理，请拨打10000或到营业厅。",
            f"'{item.en}' cannot be had here; please call 10000 or come to a business hall.",
        )
    wanted = needed(item, asker.door)
    if asker.line is None and wanted > IdentityLevel.ANYONE:
        return _step_up(item, max(wanted, IdentityLevel.KNOWN), asker)
    if asker.level < wanted and not may_prove(item, asker):
        return _step_up(item, wanted, asker)
    inputs = read_inputs(item, question.given)
    if asker.level < wanted and (wrong := prove(item, inputs, asker, now)):
        return refused(item.code, wrong, asker)
    return item, Asking(inputs=inputs, asker=asker, now=now)


def read_inputs(item: MenuItem[Any], given: Mapping[str, object]) -> Inputs:
    """What was given, looked at; RefusedError where it is not right."""
    try:
        inputs: Inputs = item.inputs.model_validate(dict(given))
    except ValidationError as error:
        raise refusal_of_inputs(item.code, error) from None
    return inputs


def _step_up(item: MenuItem[Any], wanted: IdentityLevel, asker: Asker) -> Reply:
    here = wanted is IdentityLevel.STRONG and asker.door in PROVED_HERE
    said = RefusedError(*(HERE if here else LEVEL_WORDS[wanted])).said(asker.language)
    return Reply(kind=ReplyKind.TO_STEP_UP, item=item.code, long=said, short=said, needs=wanted)


def _proposed(item: MenuItem[Any], asking: Asking[Any]) -> Reply:
    assert item.propose is not None
    words = item.propose(asking)
    if words.final:
        return answered(item.code, words)
    row = write_down(item, asking.inputs.model_dump(mode="json"), asking.asker, asking.now)
    return Reply(
        kind=ReplyKind.TO_CONFIRM,
        item=item.code,
        long=words.long,
        short=words.short,
        data=words.data,
        nonce=row.nonce,
        code=row.code,
        code_needed=row.code_needed,
        expires_at=row.expires_at,
    )
