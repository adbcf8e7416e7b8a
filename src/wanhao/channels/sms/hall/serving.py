"""Does what messages want by asking the menu; those that only read are asked together."""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import InterfaceError, OperationalError, transaction

from wanhao.channels.sms.hall import words
from wanhao.channels.sms.hall.codes import CodeBook, CodeEntry
from wanhao.channels.sms.hall.contracts import Outcome, Served, Wish, WishKind
from wanhao.channels.sms.hall.grammar import ITEM_MARK, PAGE_MARK
from wanhao.channels.sms.hall.rendering import page_of
from wanhao.menu.actions import ask, ask_many, confirm, decline
from wanhao.menu.contracts import JSON, Asker, Door, IdentityLevel, Question, Reply, ReplyKind
from wanhao.menu.queries import item_of, items_at
from wanhao.parties.contracts import LineView

logger = logging.getLogger(__name__)

OUTCOMES = {
    ReplyKind.ANSWERED: Outcome.ANSWERED,
    ReplyKind.TO_CONFIRM: Outcome.TO_CONFIRM,
    ReplyKind.TO_STEP_UP: Outcome.REFUSED,
    ReplyKind.REFUSED: Outcome.REFUSED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A line and what it wants; `helped` says that chatter was answered already today."""

    line: LineView
    wish: Wish
    helped: bool = False


def changes(wish: Wish) -> bool:
    """Whether a wish changes something, or may."""
    if wish.kind is WishKind.ASK and wish.entry is not None:
        return not (wish.entry.reads or item_of(wish.entry.item).reads_only)
    return wish.kind in (WishKind.YES, WishKind.NO)


def goes_alone(wish: Wish) -> bool:
    """Whether what a wish does may lock more than its own line: a yes, what changes something at
    once, and what counts wrong proofs. A proposal changes nothing, a no only what waits."""
    if wish.kind is WishKind.ASK and wish.entry is not None:
        item = item_of(wish.entry.item)
        return item.proof is not None or (changes(wish) and not item.confirmed)
    return wish.kind is WishKind.YES


def serve(asked: Sequence[Asked], book: CodeBook, sign_off: str, now: datetime) -> list[Served]:
    """What comes of each wish, at most one a line, in the same order; in the caller's transaction.

    What nobody foresaw costs only the message it happened to.
    """
    reading = [
        place
        for place, one in enumerate(asked)
        if one.wish.kind is WishKind.ASK and not changes(one.wish)
    ]
    served = _read([asked[place] for place in reading], sign_off, now) if reading else []
    found = dict(zip(reading, served, strict=True))
    for place, one in enumerate(asked):
        if place not in found:
            found[place] = _singly(one, book, sign_off, now)
    return [found[place] for place in range(len(asked))]


def _read(asked: Sequence[Asked], sign_off: str, now: datetime) -> list[Served]:
    """Those that only read, all of them together; if that fails, one by one."""
    questions = [_questions(one) for one in asked]
    try:
        with transaction.atomic():
            replies = iter(ask_many([question for some in questions for question in some], now))
            return [
                _shown(one, [next(replies) for _ in some], sign_off)
                for one, some in zip(asked, questions, strict=True)
            ]
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("%d questions are asked one by one", len(asked))
        return [
            _guarded(one, lambda one=one: _asked_alone(one, sign_off, now))  # type: ignore[misc]
            for one in asked
        ]


def _singly(one: Asked, book: CodeBook, sign_off: str, now: datetime) -> Served:
    kind = one.wish.kind
    if kind is WishKind.ASK:
        return _guarded(one, lambda: _asked_alone(one, sign_off, now))
    if kind is WishKind.YES:
        return _guarded(one, lambda: _confirmed(one, now))
    if kind is WishKind.NO:
        return _guarded(one, lambda: _declined(one, now))
    return _told(one, book)


def _guarded(one: Asked, call: Callable[[], Served]) -> Served:
    """What nobody foresaw is told as our trouble; the menu undoes what it had begun."""
    try:
        return call()
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("a message could not be handled")
        item = one.wish.entry.item if one.wish.entry else ""
        return Served(outcome=Outcome.FAILED, text=words.failed(one.line.language), item=item)


def _asked_alone(one: Asked, sign_off: str, now: datetime) -> Served:
    questions = _questions(one)
    if len(questions) == 1:
        return _shown(one, [ask(questions[0], now)], sign_off)
    with transaction.atomic():
        return _shown(one, [ask(question, now) for question in questions], sign_off)


def _questions(one: Asked) -> list[Question]:
    entry = _entry(one)
    given: dict[str, object] = {**entry.fixed, **one.wish.given}
    asker = _asker(one.line)
    return [
        Question(item=entry.item, given=given, asker=asker),
        *(Question(item=name, given={}, asker=asker) for name in entry.also),
    ]


def _asker(line: LineView) -> Asker:
    return Asker(door=Door.SMS, level=IdentityLevel.KNOWN, language=line.language, line=line)


def _shown(one: Asked, replies: Sequence[Reply], sign_off: str) -> Served:
    """Replies as one answer, in pages where it is long."""
    entry, language, first = _entry(one), one.line.language, replies[0]
    if first.kind is ReplyKind.TO_CONFIRM:
        how = words.how_to_confirm(language, first.code if first.code_needed else "")
        return Served(outcome=Outcome.TO_CONFIRM, text=first.short + how, item=first.item)
    if entry.answer == "long":
        whole = "\n".join(reply.long for reply in replies)
    else:
        whole = "".join(reply.short for reply in replies)
    offers = _choices(entry, first.data)
    whole += words.after(entry, language, one.wish.given, answered=_is_good(entry, first, offers))
    text, pages = page_of(whole, one.wish.page, language, sign_off)
    page = min(one.wish.page, pages)
    if page < pages:
        then = f"{one.wish.asked}{PAGE_MARK}{page + 1}"
        offers |= {"M": then, f"M{page + 1}": then}
    outcome = OUTCOMES[first.kind]
    return Served(
        outcome=outcome,
        text=text,
        item=first.item or entry.item,
        offers=offers or None,
        to_prove=first.kind is ReplyKind.TO_STEP_UP,
        to_pay=first.to_pay,
    )


def _is_good(entry: CodeEntry, reply: Reply, offers: Mapping[str, str]) -> bool | None:
    """Whether what follows is said of something done or of a refusal; None: of neither."""
    if reply.kind is ReplyKind.ANSWERED:
        return True if offers or not entry.choices else None
    return False if reply.kind is ReplyKind.REFUSED else None


def _choices(entry: CodeEntry, data: Mapping[str, JSON]) -> dict[str, str]:
    """What numbers choose of a list that was just shown."""
    by, known = entry.choices, {item.code for item in items_at(Door.SMS)}
    rows = data.get(by.rows) if by else None
    if by is None or not isinstance(rows, Sequence):
        return {}
    return {
        str(row[by.number]): ITEM_MARK + json.dumps(ask)
        for row in rows
        if isinstance(row, Mapping)
        and isinstance(ask := row.get(by.ask), Mapping)
        and ask.get("item") in known
    }


def _confirmed(one: Asked, now: datetime) -> Served:
    reply = confirm(_asker(one.line), now, code=one.wish.code)
    done = reply.kind is ReplyKind.ANSWERED
    outcome = Outcome.CONFIRMED if done else Outcome.REFUSED
    return Served(outcome=outcome, text=reply.short, item=reply.item)


def _declined(one: Asked, now: datetime) -> Served:
    item = decline(_asker(one.line), now)
    said = words.declined(one.line.language, item is not None)
    return Served(outcome=Outcome.DECLINED, text=said, item=item or "")


def _told(one: Asked, book: CodeBook) -> Served:
    """What the hall answers by itself."""
    wish, language = one.wish, one.line.language
    if wish.kind is WishKind.MENU:
        offers = {str(place): entry.code for place, entry in enumerate(book.menu, start=1)}
        return Served(outcome=Outcome.MENU, text=words.menu(book.menu, language), offers=offers)
    if wish.kind is WishKind.WRONG_ARGUMENTS:
        said = words.usage_of(_entry(one), language)
        return Served(outcome=Outcome.HINT, text=said, item=_entry(one).item)
    if wish.kind is WishKind.NEAR:
        return Served(outcome=Outcome.HINT, text=words.perhaps(wish.near, language))
    if wish.kind is WishKind.NO_SUCH_CODE:
        return Served(outcome=Outcome.HINT, text=words.no_such_code(language))
    if one.helped:
        return Served(outcome=Outcome.CHATTER)
    return Served(outcome=Outcome.HELP, text=words.help_words(language))


def _entry(one: Asked) -> CodeEntry:
    assert one.wish.entry is not None, "only what is asked has an entry"
    return one.wish.entry
