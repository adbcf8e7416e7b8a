"""What was used day by day, as bars; pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from wanhao.pages.design.record_words import amount
from wanhao.pages.hall.detail_rows import SERVICES, at
from wanhao.parties.contracts import Language
from wanhao.usage.detail_contracts import UsageDetail
from wanhao.values.cycle import SHANGHAI, Cycle

HIGH = 100
SHORTEST = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class DayBar:
    """A day; `height` of its bar in hundredths at `x` of a hundred and `top` above it."""

    day: date
    said: str
    x: int
    top: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DayBars:
    """A service day by day: its bars, all of them together in words, and the highest day."""

    code: str
    bars: tuple[DayBar, ...]
    whole: str
    highest: str
    width: int


def day_bars(
    found: Iterable[UsageDetail], cycle: int, now: datetime, language: Language
) -> tuple[DayBars, ...]:
    """The days of a month up to now, for each service that was used."""
    kept = list(found)
    days = _days(cycle, now)
    return tuple(
        _of_service(code, days, [one for one in kept if one.service == code], language)
        for code in SERVICES
        if any(one.service == code for one in kept)
    )


def _of_service(
    code: str, days: list[date], found: list[UsageDetail], language: Language
) -> DayBars:
    used = dict.fromkeys(days, 0)
    for one in found:
        day = at(one).date()
        if day in used:
            used[day] += one.quantity * one.sign
    highest = max(used.values(), default=0)
    bars = []
    for place, (day, quantity) in enumerate(used.items()):
        height = max(quantity * HIGH // highest, SHORTEST) if quantity > 0 else 0
        said = amount(code, quantity, language)
        bars.append(DayBar(day=day, said=said, x=place * 10, top=HIGH - height, height=height))
    return DayBars(
        code=code,
        bars=tuple(bars),
        whole=amount(code, sum(used.values()), language),
        highest=amount(code, highest, language),
        width=len(days) * 10,
    )


def _days(cycle: int, now: datetime) -> list[date]:
    first = Cycle(cycle).start.astimezone(SHANGHAI).date()
    end = min(Cycle(cycle).end.astimezone(SHANGHAI).date() - timedelta(days=1), _today(now))
    return [first + timedelta(days=day) for day in range((end - first).days + 1)]


def _today(now: datetime) -> date:
    return now.astimezone(SHANGHAI).date()
