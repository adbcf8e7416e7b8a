"""Opening hours as written on the door: `Mo-Fr 08:30-18:00; Sa,Su 09:00-17:00`."""

import re
from dataclasses import dataclass
from datetime import datetime

from wanhao.values.cycle import SHANGHAI

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
ZH = dict(zip(DAYS, ("周一", "周二", "周三", "周四", "周五", "周六", "周日"), strict=True))
EN = dict(zip(DAYS, ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), strict=True))
ALWAYS = "24/7"
MIDNIGHT = 24 * 60
_DAY = "|".join(DAYS)
_RULE = re.compile(r"(?P<days>[A-Za-z,-]+) (?P<times>[0-9:,-]+)")
_DAYS = re.compile(rf"({_DAY})(?:-({_DAY}))?")
_TIMES = re.compile(r"([0-2][0-9]):([0-5][0-9])-([0-2][0-9]):([0-5][0-9])")


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """Minutes of each day of the week, Monday first, from which and until which it is open."""

    spans: tuple[tuple[tuple[int, int], ...], ...]

    def is_open(self, instant: datetime) -> bool:
        """Whether it is open at an instant; at the closing minute no more."""
        local = instant.astimezone(SHANGHAI)
        minute = local.hour * 60 + local.minute
        return any(begin <= minute < end for begin, end in self.spans[local.weekday()])


def read_hours(text: str) -> OpeningHours:
    """Understand opening hours; ValueError says what is not understood.

    A day that is named again has the later hours; a day that is not named is closed.
    """
    if text == ALWAYS:
        return OpeningHours(spans=(((0, MIDNIGHT),),) * len(DAYS))
    week: list[tuple[tuple[int, int], ...]] = [()] * len(DAYS)
    for part in text.split(";"):
        rule = _RULE.fullmatch(part.strip())
        if rule is None:
            raise ValueError(f"'{part.strip()}' is not like Mo-Fr 08:30-18:00")
        spans = tuple(_span(times) for times in rule["times"].split(","))
        for days in rule["days"].split(","):
            for day in _days(days):
                week[day] = spans
    return OpeningHours(spans=tuple(week))


def hours_in_words(text: str) -> tuple[str, str]:
    """Opening hours as people say them, in Chinese and English; as they are where they cannot be
    read."""
    if text == ALWAYS:
        return "全天", "all day, every day"
    rules = [_RULE.fullmatch(part.strip()) for part in text.split(";")]
    told = [(*_days_in_words(one["days"]), one["times"]) for one in rules if one]
    if len(told) < len(rules) or not all(zh for zh, _, _ in told):
        return text, text
    return (
        "；".join(f"{zh}{times.replace(',', '、')}" for zh, _, times in told),
        "; ".join(f"{en} {times.replace(',', ', ')}" for _, en, times in told),
    )


def _days_in_words(text: str) -> tuple[str, str]:
    found = [_DAYS.fullmatch(part) for part in text.split(",")]
    named = [(one[1], one[2]) for one in found if one]
    if len(named) < len(found):
        return "", ""
    if named == [("Mo", "Su")]:
        return "每天", "daily"
    return (
        "、".join(ZH[first] + (f"至{ZH[last]}" if last else "") for first, last in named),
        ", ".join(EN[first] + (f" to {EN[last]}" if last else "") for first, last in named),
    )


def _days(text: str) -> range:
    found = _DAYS.fullmatch(text)
    if found is None:
        raise ValueError(f"'{text}' is not a day or days, as Mo or Mo-Fr")
    first = DAYS.index(found[1])
    last = DAYS.index(found[2]) if found[2] else first
    if last < first:
        raise ValueError(f"'{text}' runs over the end of the week")
    return range(first, last + 1)


def _span(text: str) -> tuple[int, int]:
    found = _TIMES.fullmatch(text)
    if found is None:
        raise ValueError(f"'{text}' is not like 08:30-18:00")
    hours = [int(part) for part in found.groups()]
    begin, end = hours[0] * 60 + hours[1], hours[2] * 60 + hours[3]
    if not begin < end <= MIDNIGHT:
        raise ValueError(f"'{text}' ends before it begins, or after 24:00")
    return begin, end
