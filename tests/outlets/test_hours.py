"""Opening hours as written on the door."""

from datetime import datetime

import pytest

from wanhao.outlets.hours import hours_in_words, read_hours
from wanhao.values.cycle import SHANGHAI

# The 23rd of November 2026 is a Monday.
DAYS = {"Mo": 23, "Tu": 24, "We": 25, "Th": 26, "Fr": 27, "Sa": 28, "Su": 29}


@pytest.mark.parametrize(
    ("hours", "at", "is_open"),
    [
        ("Mo-Fr 08:30-18:00", "Mo 08:29", False),
        ("Mo-Fr 08:30-18:00", "Mo 08:30", True),
        ("Mo-Fr 08:30-18:00", "Fr 17:59", True),
        ("Mo-Fr 08:30-18:00", "Fr 18:00", False),
        ("Mo-Fr 08:30-18:00", "Sa 12:00", False),
        ("Mo-Fr 08:30-18:00; Sa,Su 09:00-17:00", "Su 09:00", True),
        ("Mo-Su 09:00-12:00,14:00-17:30", "We 13:00", False),
        ("Mo-Su 09:00-12:00,14:00-17:30", "We 14:00", True),
        ("Mo-Su 09:00-18:00; We 13:00-15:00", "We 10:00", False),
        ("Mo-Su 09:00-24:00", "Tu 23:59", True),
        ("24/7", "Su 03:00", True),
    ],
)
def test_when_it_is_open(hours: str, at: str, is_open: bool) -> None:
    day, clock = at.split()
    hour, minute = clock.split(":")
    instant = datetime(2026, 11, DAYS[day], int(hour), int(minute), tzinfo=SHANGHAI)
    assert read_hours(hours).is_open(instant) is is_open


@pytest.mark.parametrize(
    ("hours", "told"),
    [
        ("", "not like Mo-Fr"),
        ("8:30-18:00", "not like Mo-Fr"),
        ("Mo-Fr 8:30-18:00", "'8:30-18:00' is not like"),
        ("Mo-Fr 18:00-08:30", "ends before it begins"),
        ("Mo-Fr 08:00-24:01", "after 24:00"),
        ("Mo-Fr 08:00-08:00", "ends before it begins"),
        ("Fr-Mo 08:00-09:00", "over the end of the week"),
        ("Mon 08:00-09:00", "'Mon' is not a day"),
        ("Mo-Fr 08:30-18:00;", "'' is not like Mo-Fr"),
        ("周一 08:30-18:00", "not like Mo-Fr"),
    ],
)
def test_what_is_not_understood_is_told(hours: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        read_hours(hours)


@pytest.mark.parametrize(
    ("hours", "zh", "en"),
    [
        ("Mo-Su 08:30-18:30", "每天08:30-18:30", "daily 08:30-18:30"),
        (
            "Mo-Fr 09:00-12:00,13:00-17:30; Sa,Su 09:00-17:00",
            "周一至周五09:00-12:00、13:00-17:30；周六、周日09:00-17:00",
            "Mon to Fri 09:00-12:00, 13:00-17:30; Sat, Sun 09:00-17:00",
        ),
        ("24/7", "全天", "all day, every day"),
        ("by appointment", "by appointment", "by appointment"),
    ],
)
def test_they_are_told_in_words(hours: str, zh: str, en: str) -> None:
    assert hours_in_words(hours) == (zh, en)
