"""Send a notice: to the lines of a place or to given numbers, chunk by chunk."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from wanhao.communications.actions import decide_reminders
from wanhao.communications.contracts import Trigger
from wanhao.communications.notice_contracts import NewNotice, NoticeState, NoticeText, NoticeView
from wanhao.communications.notices import (
    METRICS,
    lock_notice,
    note_lines,
    refuse_notice,
    said_of,
    texts_of,
    write_notice,
)
from wanhao.parties.contracts import City, Language, LineView
from wanhao.parties.queries import cities, languages_in_city, lines_by_number, lines_in_city
from wanhao.promises.actions import make
from wanhao.promises.contracts import DuePromise, NewPromise
from wanhao.values.cycle import Cycle
from wanhao.values.errors import WanhaoError

KIND = "notice"
AT_ONCE = 5_000


def preview_notice(notice: NewNotice, sign_off: str, now: datetime) -> tuple[NoticeText, ...]:
    """What the lines it is for would read, by language; WanhaoError where it would be refused."""
    asked = _with_place(notice)
    refuse_notice(asked, now)
    return texts_of(asked, _languages(asked), sign_off, now)


@transaction.atomic
def send_notice(notice: NewNotice, by: str, now: datetime) -> int:
    """Write the notice down and promise to go through its lines at once; returns its number."""
    notice_id = write_notice(_with_place(notice), by, now)
    make([_promise(notice_id, 0, now)], now)
    return notice_id


def send_notices(promises: Sequence[DuePromise], now: datetime) -> None:
    """Go through the next lines of each notice; of one that was withdrawn, none."""
    for promise in promises:
        notice_id = int(str(promise.payload["notice"]))
        view = lock_notice(notice_id)
        if view.state is not NoticeState.GOING:
            continue
        lines, after = _next_lines(view.notice, int(str(promise.payload["after"])))
        decide_reminders([_trigger(view, line, now) for line in lines], batch=0, now=now)
        note_lines(notice_id, len(lines), None if after else now)
        if after:
            make([_promise(notice_id, after, now)], now)


def city_named(name: str) -> City:
    """A city by its code or its name in either language; WanhaoError when there is none."""
    for city in cities():
        if name.lower() in (city.code, city.name_zh, city.name_en.lower()):
            return city
    known = ", ".join(city.name_en for city in cities())
    raise WanhaoError(f"There is no city '{name}'.", f"Give one of: {known}.")


def _with_place(notice: NewNotice) -> NewNotice:
    """The city's own name is its place, unless the notice says it better."""
    if not notice.city:
        return notice
    city = city_named(notice.city)
    if notice.place_zh or notice.place_en:
        return replace(notice, city=city.code)
    return replace(notice, city=city.code, place_zh=city.name_zh, place_en=city.name_en)


def _languages(notice: NewNotice) -> Mapping[Language, int]:
    if notice.city:
        return languages_in_city(notice.city)
    counted: dict[Language, int] = {}
    for line in lines_by_number(notice.numbers).values():
        counted[line.language] = counted.get(line.language, 0) + 1
    return counted


def _next_lines(notice: NewNotice, after: int) -> tuple[list[LineView], int]:
    """The next lines and where to go on: beyond a line, or a place in the list; 0 at the end."""
    if notice.city:
        lines = lines_in_city(notice.city, after=after, limit=AT_ONCE)
        return lines, lines[-1].line_id if len(lines) == AT_ONCE else 0
    found = lines_by_number(notice.numbers[after : after + AT_ONCE])
    more = after + AT_ONCE < len(notice.numbers)
    return list(found.values()), after + AT_ONCE if more else 0


def _trigger(view: NoticeView, line: LineView, now: datetime) -> Trigger:
    """The subject is the line; the notice is the episode, so each line is told once of it."""
    ends = view.notice.ends_at
    return Trigger(
        metric=METRICS[view.notice.kind],
        threshold=None,
        account_id=line.account_id,
        group_id=None,
        number=line.number,
        line_id=line.line_id,
        cycle=Cycle.of(view.created_at).number,
        episode=view.notice_id,
        occurred_at=int(now.timestamp()),
        said=said_of(view.notice),
        expires_at=int(ends.timestamp()) if ends else None,
    )


def _promise(notice_id: int, after: int, now: datetime) -> NewPromise:
    return NewPromise(
        kind=KIND,
        key=f"{notice_id}:{after}",
        due_at=now,
        payload={"notice": notice_id, "after": after},
    )
