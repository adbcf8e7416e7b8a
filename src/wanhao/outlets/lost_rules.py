"""How long found things are kept, and whether one may be what a customer lost; pure."""

import tomllib
from calendar import monthrange
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

from wanhao.outlets.lost_contracts import LostTerms, ThingKind
from wanhao.outlets.lost_states import ThingState

FILE = Path(__file__).with_name("lost.toml")


@lru_cache(maxsize=1)
def lost_terms() -> LostTerms:
    """What the file says."""
    told = tomllib.loads(FILE.read_text())
    return LostTerms(
        police_days=told["police_days"],
        kept_months=told["kept_months"],
        days_off=told["days_off"],
        claims_a_day=told["claims_a_day"],
        open_claims=told["open_claims"],
        valuable=frozenset(ThingKind(word) for word in told["valuable"]),
    )


def due_on(kind: ThingKind, found: date, terms: LostTerms) -> date:
    """The day from which a thing leaves the hall when nobody has claimed it."""
    if kind in terms.valuable:
        return found + timedelta(days=terms.police_days)
    year, month = divmod(found.month - 1 + terms.kept_months, 12)
    year, month = found.year + year, month + 1
    return date(year, month, min(found.day, monthrange(year, month)[1]))


def ways_out(kind: ThingKind, found: date, today: date, terms: LostTerms) -> set[ThingState]:
    """How a thing that nobody claimed may leave the hall on a day: valuables only to the police."""
    if today < due_on(kind, found, terms):
        return set()
    ways = {ThingState.POLICE}
    return ways if kind in terms.valuable else ways | {ThingState.DISCARDED}


def may_be(lost: date, found: date, terms: LostTerms) -> bool:
    """Whether a thing found on one day may be what was lost on another; people are unsure of
    days."""
    return abs((found - lost).days) <= terms.days_off
