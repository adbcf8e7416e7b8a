"""When a stop for an unpaid bill begins: by day, after the due day, and announced before."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path

from wanhao.values.cycle import SHANGHAI
from wanhao.values.errors import WanhaoError

FILE = Path(__file__).with_name("stops.toml")
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class StopTerms:
    """From a day on: a stop begins `days` after the due day at the hour `at`, never at night."""

    since: date
    days: int
    at: int
    night: tuple[int, int]

    def __post_init__(self) -> None:
        if self.days < 1 or self.is_night(self.at):
            raise WanhaoError(
                f"{FILE.name}: a stop of {self.since} would begin too early or at night.",
                "Let it begin a day after the due day, outside the hours of the night.",
            )

    def is_night(self, hour: int) -> bool:
        """Whether no stop may begin at this hour."""
        evening, morning = self.night
        return hour >= evening or hour < morning


@lru_cache(maxsize=1)
def all_stop_terms() -> tuple[StopTerms, ...]:
    """What the file says, the latest first."""
    return read_stop_terms(FILE)


def read_stop_terms(path: Path) -> tuple[StopTerms, ...]:
    """What a file says, the latest first; WanhaoError when it says nothing useful."""
    try:
        rows = tomllib.loads(path.read_text())["stop"]
        terms = [
            StopTerms(since=row["from"], days=row["days"], at=row["at"], night=(*row["night"],)[:2])
            for row in rows
        ]
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise WanhaoError(f"{path.name}: {error}.", "Correct the file at that place.") from error
    return tuple(sorted(terms, key=lambda each: each.since, reverse=True))


def terms_on(day: date) -> StopTerms:
    """The terms in force on a day."""
    for terms in all_stop_terms():
        if terms.since <= day:
            return terms
    raise WanhaoError(f"{FILE.name} says nothing of {day}.", "Add terms from an earlier day on.")


def stop_begins(due_on: date, hours_before: Sequence[int], now: datetime) -> datetime | None:
    """When the stop for a bill begins, with time for every announcement from now on.

    None for a bill issued after its due day: the next one announces what is owed.
    """
    if now.astimezone(SHANGHAI).date() > due_on:
        return None
    terms = terms_on(due_on)
    begins = datetime.combine(due_on + terms.days * DAY, time(terms.at), SHANGHAI)
    while begins - timedelta(hours=max(hours_before, default=0)) < now:
        begins += DAY
    return begins


def next_daytime(now: datetime, terms: StopTerms) -> datetime | None:
    """None where a stop may begin now, else when the night is over and stops begin again."""
    local = now.astimezone(SHANGHAI)
    if not terms.is_night(local.hour):
        return None
    begins = datetime.combine(local.date(), time(terms.at), SHANGHAI)
    return begins if begins > now else begins + DAY
