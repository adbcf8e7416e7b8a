"""Queues of halls: take a number, book a time, see the place, say one is there, give it back."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from pydantic import Field

from wanhao.menu.contracts import (
    JSON,
    Answer,
    Asking,
    Door,
    IdentityLevel,
    Inputs,
    MenuItem,
    RefusedError,
)
from wanhao.menu.wording import lines, moment, pick, sentence
from wanhao.outlets.contracts import NewPlace, Service
from wanhao.outlets.queue_contracts import TicketView, WaitView
from wanhao.outlets.queue_rules import queue_terms
from wanhao.outlets.queue_states import TicketState
from wanhao.outlets.taking import arrive, book_ticket, free_times, give_back, take_ticket
from wanhao.outlets.waiting import halls_with_queues, tickets_of_line, wait_of
from wanhao.values.cycle import SHANGHAI

MOST_HALLS = 5
MOST_TIMES = 8


class QueueInputs(Inputs):
    """What is wanted; the hall by its code or a part of its name; for a booking the time, as
    10:30 or 1030, and the day where it is not the next such time; what one comes for, where not
    every desk does it."""

    action: Literal["see", "take", "book", "arrive", "leave"] = "see"
    hall: str = Field(default="", max_length=40)
    time: str = Field(default="", pattern=r"^(\d{1,2}[:：]?\d{2})?$")
    day: date | None = None
    service: Literal[
        "", "new-line", "sim-card", "payment", "broadband", "invoice", "repair", "terminal"
    ] = ""
    care: bool = False


def answer(asking: Asking[QueueInputs]) -> Answer:
    """Do what is wanted."""
    return DOES[asking.inputs.action](asking)


def _take(asking: Asking[QueueInputs]) -> Answer:
    hall = _hall(asking)
    ticket = take_ticket(
        hall.code,
        asking.now,
        by=_by(asking),
        line_id=asking.line.line_id,
        service=_service(asking),
        care=asking.inputs.care,
    )
    return _told([ticket], asking)


def _book(asking: Asking[QueueInputs]) -> Answer:
    hall = _hall(asking)
    at = _time(asking)
    if at is None:
        return _times(hall, asking)
    ticket = book_ticket(
        hall.code,
        at,
        asking.now,
        by=_by(asking),
        line_id=asking.line.line_id,
        service=_service(asking),
    )
    return _told([ticket], asking)


def _see(asking: Asking[QueueInputs]) -> Answer:
    tickets = _mine(asking)
    if tickets:
        return _told(tickets, asking)
    said = asking.say(
        "您还没有排队号，可以现在取号或预约时间。", "You have no number. Take one or book a time."
    )
    if asking.asker.door is Door.SMS:
        said += asking.say("取号请发QH#营业厅名。", " To take one, send QH#name of the hall.")
    return Answer(long=said, short=said, data={"tickets": []})


def _arrive(asking: Asking[QueueInputs]) -> Answer:
    return _told([arrive(_one(asking).ticket_id, asking.now, by=_by(asking))], asking)


def _leave(asking: Asking[QueueInputs]) -> Answer:
    ticket = give_back(_one(asking).ticket_id, asking.now, by=_by(asking))
    said = asking.say(
        f"已取消{ticket.hall_zh}的{ticket.label}号，需要时可再取号。",
        f"{ticket.label} at {ticket.hall_en} is given back; you may take another.",
    )
    return Answer(long=said, short=said, data={"tickets": [_data(ticket, None)]})


DOES: Mapping[str, Callable[[Asking[QueueInputs]], Answer]] = {
    "see": _see,
    "take": _take,
    "book": _book,
    "arrive": _arrive,
    "leave": _leave,
}


def _hall(asking: Asking[QueueInputs]) -> NewPlace:
    """The one hall that is meant; RefusedError when none is, or several."""
    words = asking.inputs.hall.replace("%", " ").strip()
    city = "" if words else asking.line.city
    by_code = halls_with_queues(asking.now, code=words) if words else []
    found = by_code or halls_with_queues(asking.now, words=words, city=city, limit=MOST_HALLS + 1)
    exact = [place for place in found if words in (place.name_zh, place.name_en)]
    if len(exact or found) == 1:
        return (exact or found)[0]
    if not found:
        raise RefusedError(
            "没有找到可以取号的营业厅，请换个县区或名称再试。",
            "No hall with a queue was found; please try another county or name.",
        )
    names = [(place.name_zh, place.name_en or place.name_zh) for place in found[:MOST_HALLS]]
    raise RefusedError(
        f"请说明是哪个营业厅：{'、'.join(zh for zh, _ in names)}。",
        f"Which hall: {'; '.join(en for _, en in names)}?",
    )


def _mine(asking: Asking[QueueInputs]) -> list[TicketView]:
    """The line's tickets, at the hall that is named or at any."""
    words = asking.inputs.hall.strip().lower()
    tickets = tickets_of_line(asking.line.line_id, asking.now)
    return [
        one
        for one in tickets
        if not words or words in f"{one.hall} {one.hall_zh} {one.hall_en}".lower()
    ]


def _one(asking: Asking[QueueInputs]) -> TicketView:
    tickets = _mine(asking)
    if not tickets:
        raise RefusedError("您现在没有排队号。", "You have no number now.")
    if len(tickets) > 1:
        raise RefusedError(
            f"您有{len(tickets)}个号，请说明是哪个营业厅的。",
            f"You have {len(tickets)} numbers; please name the hall.",
        )
    return tickets[0]


def _time(asking: Asking[QueueInputs]) -> datetime | None:
    """When somebody wants to come: on the day that is given, else the next such time."""
    digits = asking.inputs.time.replace(":", "").replace("：", "")
    if not digits:
        return None
    hours, minutes = int(digits[:-2]), int(digits[-2:])
    if hours > 23 or minutes > 59:
        raise RefusedError("时间请写成10:30这样。", "Please write the time as 10:30.")
    today = asking.now.astimezone(SHANGHAI).date()
    day = asking.inputs.day or today
    at = datetime.combine(day, time(hours, minutes), SHANGHAI).astimezone(UTC)
    return at + timedelta(days=1) if asking.inputs.day is None and at <= asking.now else at


def _times(hall: NewPlace, asking: Asking[QueueInputs]) -> Answer:
    """What can be booked; today's times first, and tomorrow's when today has none."""
    first = asking.inputs.day or asking.now.astimezone(SHANGHAI).date()
    days = [first] if asking.inputs.day else [first, first + timedelta(days=1)]
    free = [at for day in days for at in free_times(hall.code, day, asking.now, _service(asking))]
    if not free:
        raise RefusedError(
            f"{hall.name_zh}这天已约满，请换一天。",
            f"{hall.name_en or hall.name_zh} is booked up; please choose another day.",
        )
    shown = [moment(at, asking.asker.language) for at in free[:MOST_TIMES]]
    said = asking.say(
        f"{hall.name_zh}可预约：{'、'.join(shown)}。请告诉我们几点来。",
        f"{hall.name_en or hall.name_zh} has {', '.join(shown)}. Tell us the time you choose.",
    )
    short = asking.say(
        f"可预约：{'、'.join(shown[:3])}，请写上时间。",
        f"Free: {', '.join(shown[:3])}. Please name one.",
    )
    return Answer(long=said, short=short, data={"free": [at.isoformat() for at in free]})


def _service(asking: Asking[QueueInputs]) -> Service | None:
    wanted = asking.inputs.service
    return Service(wanted) if wanted else None


def _by(asking: Asking[QueueInputs]) -> str:
    return asking.asker.name or asking.asker.door.value


def _told(tickets: list[TicketView], asking: Asking[QueueInputs]) -> Answer:
    waits = [
        wait_of(one, asking.now) if one.state is TicketState.WAITING else None for one in tickets
    ]
    told = [_short(one, wait, asking) for one, wait in zip(tickets, waits, strict=True)]
    notes = [_note(one, asking) for one in tickets]
    return Answer(
        long=lines(part for pair in zip(told, notes, strict=True) for part in pair),
        short=told[0],
        data={"tickets": [_data(*pair) for pair in zip(tickets, waits, strict=True)]},
    )


def _short(ticket: TicketView, wait: WaitView | None, asking: Asking[QueueInputs]) -> str:
    language = asking.asker.language
    parts = [
        asking.say(f"您的号码{ticket.label}", f"your number is {ticket.label}"),
        pick(language, (ticket.hall_zh, ticket.hall_en)),
    ]
    if ticket.state is TicketState.BOOKED and ticket.booked_for is not None:
        at = moment(ticket.booked_for, language)
        parts.append(asking.say(f"预约{at}", f"booked for {at}"))
    elif ticket.desk is not None:
        parts.append(asking.say(f"请到{ticket.desk}号台", f"please go to desk {ticket.desk}"))
    elif wait is not None:
        parts += _wait(wait, asking)
    return sentence(parts, language)


def _wait(wait: WaitView, asking: Asking[QueueInputs]) -> list[str]:
    ahead = asking.say(f"前面{wait.ahead}位", f"{wait.ahead} ahead of you")
    if wait.minutes is None:
        return [ahead, asking.say("时间暂无法估计", "the time is not known yet")]
    return [ahead, asking.say(f"约{wait.minutes}分钟", f"about {wait.minutes} min")]


def _note(ticket: TicketView, asking: Asking[QueueInputs]) -> str:
    """What is to be known beside it."""
    terms = queue_terms()
    if ticket.state is TicketState.BOOKED:
        late = int(terms.late.total_seconds()) // 60
        return asking.say(
            f"到厅后请报到。晚到超过{late}分钟，按现场取号重新排队。",
            f"Say so when you are there. More than {late} minutes late, you queue as others do.",
        )
    if ticket.state is TicketState.WAITING:
        return asking.say(
            f"请留意叫号，叫{terms.calls}次未到即过号。",
            f"Please listen for it; after {terms.calls} calls the turn is missed.",
        )
    return ""


def _data(ticket: TicketView, wait: WaitView | None) -> dict[str, JSON]:
    return {
        "hall": ticket.hall,
        "label": ticket.label,
        "lane": ticket.lane.name.lower().replace("_", "-"),
        "state": ticket.state.value,
        "service": ticket.service.value if ticket.service else None,
        "booked_for": ticket.booked_for.isoformat() if ticket.booked_for else None,
        "desk": ticket.desk,
        "ahead": wait.ahead if wait else None,
        "minutes": wait.minutes if wait else None,
    }


ITEM = MenuItem(
    code="queue_ticket",
    zh="取号、预约排队",
    en="Queue at a hall",
    level=IdentityLevel.KNOWN,
    doors=frozenset(
        {
            *(Door.SMS, Door.WEB, Door.APP, Door.CHAT, Door.TERMINAL),
            *(Door.ASSISTANT, Door.API, Door.COMMAND),
        }
    ),
    inputs=QueueInputs,
    answer=answer,
    changes=True,
)
