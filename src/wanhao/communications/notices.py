"""Notices: written down, shown before they go, gone through, taken back."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from wanhao.communications.contracts import MessageState, Metric, Reason, Said
from wanhao.communications.in_force import rules_at
from wanhao.communications.models import CommunicationMessage, Notice
from wanhao.communications.moving import move
from wanhao.communications.notice_contracts import (
    NewNotice,
    NoticeKind,
    NoticeState,
    NoticeText,
    NoticeView,
)
from wanhao.communications.rendering import text_of
from wanhao.communications.words import Figures
from wanhao.parties.contracts import Language
from wanhao.values.cycle import SHANGHAI
from wanhao.values.errors import WanhaoError
from wanhao.values.sms_text import sms_parts

METRICS = {NoticeKind.WORKS: Metric.WORKS, NoticeKind.FRAUD: Metric.FRAUD}
TWICE = timedelta(minutes=10)
WORDS = ("place_zh", "place_en", "what_zh", "what_en")


def refuse_notice(notice: NewNotice, now: datetime) -> None:
    """WanhaoError when it is for nobody or for two, lacks a word, or comes too late.

    Works are told 72 hours before they begin (the rule's `at`), unless they are urgent, and why.
    """
    if bool(notice.city) == bool(notice.numbers):
        raise WanhaoError(
            "A notice is for a city, or for given numbers.", "Give one of the two, not both."
        )
    if notice.kind is NoticeKind.FRAUD:
        return
    missing = [name for name in (*WORDS, "starts_at", "ends_at") if not getattr(notice, name)]
    if missing or notice.starts_at is None or notice.ends_at is None:
        raise WanhaoError(
            f"Works need a time, a place and what may fail; missing: {', '.join(missing)}.",
            "Give the words in Chinese and in English.",
        )
    _refuse_time(notice.starts_at, notice.ends_at, notice.urgent_reason, now)


def said_of(notice: NewNotice) -> Said:
    """What its texts will say."""
    if notice.kind is NoticeKind.FRAUD:
        return {"variant": "risk"} if notice.risk else {}
    assert notice.starts_at is not None
    assert notice.ends_at is not None
    return {
        **{name: getattr(notice, name) for name in WORDS},
        "starts": notice.starts_at.astimezone(SHANGHAI).isoformat(),
        "ends": notice.ends_at.astimezone(SHANGHAI).isoformat(),
    }


def texts_of(
    notice: NewNotice, lines: Mapping[Language, int], sign_off: str, now: datetime
) -> tuple[NoticeText, ...]:
    """What so many lines of each language would read, and as how many SMS."""
    given = rules_at(now)
    metric = METRICS[notice.kind]
    rule = next(rule for rule in given.rules if rule.metric is metric)
    said = Figures(metric=metric.value, threshold=None, said=said_of(notice))
    found = []
    for language, count in sorted(lines.items()):
        text = text_of(rule.code, said, language, sign_off, given.texts)
        found.append(
            NoticeText(language=language.value, text=text, lines=count, parts=sms_parts(text))
        )
    return tuple(found)


@transaction.atomic
def write_notice(notice: NewNotice, by: str, now: datetime) -> int:
    """Write a notice down; returns its number. WanhaoError as `refuse_notice` says, and when the
    same was sent just now: somebody pressed twice."""
    refuse_notice(notice, now)
    values: dict[str, Any] = {
        "kind": notice.kind.value,
        "city": notice.city,
        "numbers": list(notice.numbers),
        **{name: getattr(notice, name) for name in WORDS},
        "starts_at": notice.starts_at,
        "ends_at": notice.ends_at,
        "risk": notice.risk,
    }
    _refuse_twin(values, now)
    row = Notice.objects.create(**values, urgent_reason=notice.urgent_reason, by=by, created_at=now)
    return row.pk


def lock_notice(notice_id: int) -> NoticeView:
    """A notice as it stands, locked until the caller's transaction ends."""
    return _view(Notice.objects.select_for_update().get(pk=notice_id))


def note_lines(notice_id: int, lines: int, finished_at: datetime | None) -> None:
    """So many more lines were gone through; part of the transaction that told them."""
    rows = Notice.objects.filter(pk=notice_id)
    rows.update(lines=F("lines") + lines, finished_at=finished_at)


@transaction.atomic
def withdraw_notice(notice_id: int, by: str, now: datetime) -> int:
    """Take a notice back: nobody else is told, and messages that were not released yet are not
    sent. Returns how many those were; WanhaoError when there is no such notice."""
    row = Notice.objects.select_for_update().filter(pk=notice_id).first()
    if row is None:
        raise WanhaoError(f"There is no notice {notice_id}.", "See them with: wanhao notices list")
    if row.withdrawn_at is None:
        Notice.objects.filter(pk=notice_id).update(withdrawn_at=now, withdrawn_by=by)
    rules = [rule.code for rule in rules_at(now).rules if rule.metric is METRICS[row_kind(row)]]
    waiting = CommunicationMessage.objects.filter(
        state=MessageState.PLANNED.value, rule__in=rules, decision__episode=notice_id
    )
    # In the order in which whoever releases messages locks them, so that nobody deadlocks.
    locked = waiting.order_by("id").select_for_update(of=("self",))
    ids = list(locked.values_list("id", flat=True))
    some = CommunicationMessage.objects.filter(id__in=ids)
    return move(some, MessageState.WITHDRAWN, now, error=Reason.TAKEN_BACK.value)


def notices(limit: int = 20) -> tuple[NoticeView, ...]:
    """The latest notices, newest first."""
    return tuple(_view(row) for row in Notice.objects.order_by("-id")[:limit])


def row_kind(row: Notice) -> NoticeKind:
    """What the row is about."""
    return NoticeKind(row.kind)


def _refuse_twin(values: dict[str, Any], now: datetime) -> None:
    with connection.cursor() as cursor:  # two who press at once come one after the other
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('notices', 0))")
    since = now - TWICE
    same = Notice.objects.filter(**values, created_at__gt=since, withdrawn_at__isnull=True)
    if (twin := same.first()) is not None:
        raise WanhaoError(
            f"The same was sent just now, as notice {twin.pk}.",
            "Nothing has to be done; to say it once more, wait ten minutes.",
        )


def _refuse_time(starts: datetime, ends: datetime, urgent: str, now: datetime) -> None:
    rule = next(rule for rule in rules_at(now).rules if rule.metric is Metric.WORKS)
    hours = max(int(hours) for hours in rule.at)
    if ends <= starts or starts <= now:
        raise WanhaoError(
            "The works end before they begin, or have begun.", "Give a time that is to come."
        )
    if starts - now < timedelta(hours=hours) and not urgent.strip():
        raise WanhaoError(
            f"The works begin in less than {hours} hours.",
            "Choose a later time; if they cannot wait, mark them urgent and say why.",
        )


def _view(row: Notice) -> NoticeView:
    return NoticeView(
        notice_id=row.pk,
        notice=NewNotice(
            kind=row_kind(row),
            city=row.city,
            numbers=tuple(row.numbers),
            **{name: getattr(row, name) for name in WORDS},
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            urgent_reason=row.urgent_reason,
            risk=row.risk,
        ),
        state=_state(row),
        by=row.by,
        created_at=row.created_at,
        lines=row.lines,
    )


def _state(row: Notice) -> NoticeState:
    if row.withdrawn_at is not None:
        return NoticeState.WITHDRAWN
    return NoticeState.FINISHED if row.finished_at else NoticeState.GOING
