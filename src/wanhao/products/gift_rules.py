"""When data may be given to somebody else, and how much: by day, from `data_gifts.toml`; pure."""

import tomllib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from wanhao.values.cycle import SHANGHAI, Cycle
from wanhao.values.errors import WanhaoError

FILE = Path(__file__).with_name("data_gifts.toml")
OCTETS_PER_MB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftTerms:
    """From a day on: what holders of plans of a family may give each other, in MB of 1024 * 1024.

    `rank` is the gift's place among the receiver's packs. The giver keeps `keeps_mb` for use that
    was not reported yet; what the meter says may be `fresh_minutes` old; nothing is given in the
    last `quiet_minutes` of a month.
    """

    since: date
    family: str
    times_a_month: int
    mb_a_month: int
    rank: int
    keeps_mb: int
    fresh_minutes: int
    quiet_minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a giver has given in a month so far."""

    times: int = 0
    mb: int = 0


@lru_cache(maxsize=1)
def all_gift_terms() -> tuple[GiftTerms, ...]:
    """What the file says, the latest first."""
    return read_gift_terms(FILE)


def read_gift_terms(path: Path) -> tuple[GiftTerms, ...]:
    """What a file says, the latest first; WanhaoError when it says nothing useful."""
    try:
        rows = tomllib.loads(path.read_text())["gift"]
        terms = [GiftTerms(since=row.pop("from"), **row) for row in rows]
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise WanhaoError(f"{path.name}: {error}.", "Correct the file at that place.") from error
    return tuple(sorted(terms, key=lambda each: each.since, reverse=True))


def gift_terms(now: datetime) -> GiftTerms:
    """The terms in force at an instant."""
    day = now.astimezone(SHANGHAI).date()
    for terms in all_gift_terms():
        if terms.since <= day:
            return terms
    raise WanhaoError(f"{FILE.name} says nothing of {day}.", "Add terms from an earlier day on.")


def spare_mb(terms: GiftTerms, plan_mb: int, used_octets: int) -> int:
    """What of a plan's data can be given: whole MB that are unused, less what the giver keeps."""
    return max((plan_mb * OCTETS_PER_MB - used_octets) // OCTETS_PER_MB - terms.keeps_mb, 0)


def may_give_mb(terms: GiftTerms, given: Given) -> int:
    """What may still be given in the month."""
    return max(terms.mb_a_month - given.mb, 0) if given.times < terms.times_a_month else 0


def refuse_gift(terms: GiftTerms, mb: int, given: Given, spare: int, now: datetime) -> None:
    """WanhaoError when this much may not be given, or not now."""
    if mb < 1:
        raise WanhaoError("Less than 1 MB is not given.", "Give whole MB.")
    if Cycle.of(now).end - now <= timedelta(minutes=terms.quiet_minutes):
        raise WanhaoError(
            f"In the last {terms.quiet_minutes} minutes of a month no data is given.",
            "What is unused rolls over; give after midnight.",
        )
    if given.times >= terms.times_a_month:
        raise WanhaoError(
            f"Data was given {given.times} times this month.", "Give again next month."
        )
    if mb > may_give_mb(terms, given):
        raise WanhaoError(
            f"Only {may_give_mb(terms, given)} MB more may be given this month.", "Give less."
        )
    if mb > spare:
        raise WanhaoError(f"Only {spare} MB of the plan's data can be given now.", "Give less.")
