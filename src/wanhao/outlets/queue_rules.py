"""How a queue goes on: whose turn it is, when one may be called, how long it takes; pure."""

import tomllib
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from wanhao.outlets.hours import OpeningHours
from wanhao.outlets.queue_contracts import Lane, QueueTerms
from wanhao.values.cycle import SHANGHAI

FILE = Path(__file__).with_name("queues.toml")
WHEEL = (Lane.CARE, Lane.BOOKED, Lane.CARE, Lane.WALK_IN)
"""Each desk goes round it: where a lane is empty, it goes on to the next place at once."""


@lru_cache(maxsize=1)
def queue_terms() -> QueueTerms:
    """What the file says."""
    told = tomllib.loads(FILE.read_text())
    return QueueTerms(
        slot=timedelta(minutes=told["slot_minutes"]),
        early=timedelta(minutes=told["early_minutes"]),
        late=timedelta(minutes=told["late_minutes"]),
        days_ahead=told["days_ahead"],
        calls=told["calls"],
        between_calls=timedelta(seconds=told["seconds_between_calls"]),
        told_ahead=told["told_ahead"],
        care_age=told["care_age"],
        mean_of=told["mean_of"],
        least_known=told["least_known"],
    )


def turns(place: int) -> tuple[tuple[Lane, int], ...]:
    """The lanes in the order a desk asks them, each with the place of the wheel after it."""
    found: dict[Lane, int] = {}
    for step in range(len(WHEEL)):
        at = (place + step) % len(WHEEL)
        found.setdefault(WHEEL[at], (at + 1) % len(WHEEL))
    return tuple(found.items())


def next_turn(place: int, waiting: Collection[Lane]) -> tuple[Lane, int] | None:
    """Which of the lanes in which somebody waits is next, and the place after it."""
    return next((turn for turn in turns(place) if turn[0] in waiting), None)


def order_of(waiting: Mapping[Lane, Sequence[int]], place: int) -> list[int]:
    """The order in which one desk alone would call those who wait, by ticket."""
    left = {lane: list(tickets) for lane, tickets in waiting.items() if tickets}
    called: list[int] = []
    while turn := next_turn(place, left.keys()):
        lane, place = turn
        called.append(left[lane].pop(0))
        if not left[lane]:
            del left[lane]
    return called


def minutes_until(ahead: int, desks: int, mean_seconds: int | None) -> int | None:
    """About how long until somebody with so many ahead is called, in whole minutes, rounded up.

    None when no desk is open, or when too little was seen today to say.
    """
    if not desks or mean_seconds is None:
        return None
    return -(-ahead * mean_seconds // (desks * 60))


def mean_seconds(latest: Sequence[int], terms: QueueTerms) -> int | None:
    """The mean of the latest services of today, in seconds; None when there were too few."""
    counted = latest[: terms.mean_of]
    if len(counted) < terms.least_known:
        return None
    return sum(counted) // len(counted)


def is_late(booked_for: datetime, now: datetime, terms: QueueTerms) -> bool:
    """Whether the place that was kept is gone."""
    return now > booked_for + terms.late


def slots_of(day: date, hours: OpeningHours, terms: QueueTerms) -> list[datetime]:
    """The times of a day one may book: those whose whole slot the hall is open."""
    begin = datetime(day.year, day.month, day.day, tzinfo=SHANGHAI).astimezone(UTC)
    count = timedelta(days=1) // terms.slot
    starts = [begin + place * terms.slot for place in range(count)]
    last = terms.slot - timedelta(minutes=1)
    return [start for start in starts if hours.is_open(start) and hours.is_open(start + last)]


def day_of(instant: datetime) -> date:
    """The day it is in the hall."""
    return instant.astimezone(SHANGHAI).date()
