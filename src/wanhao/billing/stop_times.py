"""When a stop and what follows it begin: by day, and announced before."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path

from wanhao.billing.stop_contracts import ServiceState
from wanhao.values.cycle import SHANGHAI
from wanhao.values.errors import WanhaoError

FILE = Path(__file__).with_name("stops.toml")
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
NUMBERS = (
    *("days", "fixed_days", "at", "grace_hours", "two_way_hours"),
    *("termination_days", "freeze_days", "emergency_hours", "keep_fee_fen", "keep_months"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StopTerms:
    """From a day on: a stop begins `days` after the due day at the hour `at`, never at night.

    The other times are explained in `stops.toml`.
    """

    since: date
    days: int
    fixed_days: int
    at: int
    night: tuple[int, int]
    grace_hours: int
    two_way_hours: int
    termination_days: int
    freeze_days: int
    emergency_hours: int
    keep_fee_fen: int
    keep_months: int

    def __post_init__(self) -> None:
        if self.days < 1 or self.fixed_days < 1 or self.is_night(self.at):
            raise WanhaoError(
                f"{FILE.name}: a stop of {self.since} would begin too early or at night.",
                "Let it begin a day after the due day, outside the hours of the night.",
            )
        if min(getattr(self, name) for name in NUMBERS) < 1:
            raise WanhaoError(
                f"{FILE.name}: something of {self.since} would last no time at all.",
                "Give one hour or day at least.",
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
            StopTerms(
                since=row["from"],
                night=(*row["night"],)[:2],
                **{name: row[name] for name in NUMBERS},
            )
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


def stop_begins(
    due_on: date, hours_before: Sequence[int], now: datetime, *, fixed_alone: bool = False
) -> datetime | None:
    """When the stop for a bill begins, with time for every announcement from now on.

    None for a bill issued after its due day: the next one announces what is owed. Who has a fixed
    telephone alone has longer.
    """
    if now.astimezone(SHANGHAI).date() > due_on:
        return None
    terms = terms_on(due_on)
    days = terms.fixed_days if fixed_alone else terms.days
    begins = datetime.combine(due_on + days * DAY, time(terms.at), SHANGHAI)
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


def terms_at(moment: datetime) -> StopTerms:
    """The terms in force at an instant."""
    return terms_on(moment.astimezone(SHANGHAI).date())


def by_day(moment: datetime) -> datetime:
    """That moment, or when stops begin again where it is at night."""
    return next_daytime(moment, terms_at(moment)) or moment


def money_stop_begins(now: datetime) -> datetime:
    """When service stops because money is used up: after the hours of grace, by day."""
    return by_day(now + terms_at(now).grace_hours * HOUR)


def further_begins(
    state: ServiceState, since: datetime, hours_before: int, now: datetime
) -> datetime:
    """When a stop that began at `since` goes on to be two-way, or ends the contract.

    Never sooner than the hours that its last announcement comes before, from now on.
    """
    terms = terms_at(since)
    if state is ServiceState.TWO_WAY:
        begins = since + terms.two_way_hours * HOUR
    else:
        day = since.astimezone(SHANGHAI).date() + terms.termination_days * DAY
        begins = datetime.combine(day, time(terms.at), SHANGHAI)
    return by_day(max(begins, now + hours_before * HOUR))


def frozen_until(ended: datetime) -> datetime:
    """When a number that was taken away may be given to somebody again."""
    return ended + terms_at(ended).freeze_days * DAY


def grant_ends(begins: datetime) -> datetime:
    """When temporary service ends; by day, as it is a stop that begins again."""
    return by_day(begins + terms_at(begins).emergency_hours * HOUR)
