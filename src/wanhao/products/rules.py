"""What a product owes and includes in a month: shares of a month, ends, slots; pure."""

from calendar import monthrange
from datetime import datetime, timedelta

from wanhao.products.contracts import (
    FeeKind,
    FirstMonth,
    Kind,
    Lasts,
    Offering,
    Period,
)
from wanhao.values.cycle import SHANGHAI, Cycle

DAY = timedelta(hours=24)
ONE_AT_A_TIME = {
    Kind.PLAN: "plan",
    Kind.BUNDLE: "plan",
    Kind.UPGRADE: "upgrade",
    Kind.BROADBAND: "broadband",
}


def slot_of(offering: Offering) -> str:
    """What a group has one of at a time: a plan, an upgrade, this pack; empty for any number."""
    if offering.kind in ONE_AT_A_TIME:
        return ONE_AT_A_TIME[offering.kind]
    return offering.code if offering.limit == 1 else ""


def days_of(cycle: Cycle) -> int:
    """How many days a month has."""
    return monthrange(*divmod(cycle.number, 100))[1]


def days_held(since: datetime, until: datetime | None, cycle: Cycle) -> int:
    """Days of a month that count: the day it began does, the day it ended does not.

    What began and ended on one day counts for one.
    """
    first = 1 if since <= cycle.start else since.astimezone(SHANGHAI).day
    ended = until is not None and until < cycle.end
    last = until.astimezone(SHANGHAI).day if until and ended else days_of(cycle) + 1
    return last - first or int(since >= cycle.start)


def share_of_fee(fee_fen: int, days: int, of_days: int) -> int:
    """A monthly fee by days, rounded to the fen, half a fen upwards."""
    return (2 * fee_fen * days + of_days) // (2 * of_days)


def share_of_allowance(quantity: int, days: int, of_days: int) -> int:
    """An allowance by days, rounded up to the whole minute, message or MB."""
    return -(-quantity * days // of_days)


def fee_in(
    offering: Offering, since: datetime, until: datetime | None, cycle: Cycle
) -> tuple[int, int, int]:
    """The fee in fen of a product in a month it was held, and the days of the month it is for.

    A fee that is not monthly is owed in the month of the order only, for 0 of 0 days.
    """
    if offering.period is not Period.MONTH:
        return (offering.fee_fen if Cycle.of(since) == cycle else 0), 0, 0
    of_days = days_of(cycle)
    if offering.first_month is FirstMonth.WHOLE:
        return offering.fee_fen, of_days, of_days
    days = days_held(since, until, cycle)
    return share_of_fee(offering.fee_fen, days, of_days), days, of_days


def included_in(offering: Offering, quantity: int, since: datetime, cycle: Cycle) -> int:
    """How much of an allowance a product gives in a month: the first one may count by days."""
    if offering.first_month is FirstMonth.WHOLE or since <= cycle.start:
        return quantity
    return share_of_allowance(quantity, days_held(since, None, cycle), days_of(cycle))


def fee_kind(offering: Offering) -> FeeKind:
    """What its fee is called on a bill."""
    if offering.kind is Kind.PACK:
        return FeeKind.PACK
    return FeeKind.RENT if offering.period in (Period.MONTH, Period.YEAR) else FeeKind.ONE_OFF


def end_of(offering: Offering, since: datetime) -> datetime | None:
    """When a product that begins at `since` ends by itself; None: when it is cancelled."""
    if offering.lasts is Lasts.DAY:
        return since + DAY
    if offering.lasts is Lasts.MONTH:
        return Cycle.of(since).end
    return _months_later(since, offering.months) if offering.lasts is Lasts.TERM else None


def end_of_taken_over(offering: Offering, since: datetime, charged_from: Cycle) -> datetime | None:
    """When a term that somebody brought along ends: whole terms after `since`, the first end that
    lies within or after the first month billed here; None for what has no term."""
    if offering.lasts is not Lasts.TERM:
        return None
    terms = 1
    while (end := _months_later(since, offering.months * terms)) <= charged_from.start:
        terms += 1
    return end


def excludes(one: Offering, other: Offering) -> bool:
    """Whether two offerings may not be held together; either of the two may say so."""
    return bool(
        {other.code, other.family} & set(one.excludes)
        or {one.code, one.family} & set(other.excludes)
    )


def _months_later(since: datetime, months: int) -> datetime:
    """Midnight of the same day that many months later, or of the last day that month has."""
    day = since.astimezone(SHANGHAI)
    cycle = Cycle.of(since)
    for _ in range(months):
        cycle = cycle.next
    return cycle.start + timedelta(days=min(day.day, days_of(cycle)) - 1)
