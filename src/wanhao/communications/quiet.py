"""Quiet hours and days, as Shanghai has them; asked of one instant for thousands of messages."""

from datetime import datetime, time, timedelta
from functools import lru_cache

from wanhao.communications.contracts import ContactPolicy
from wanhao.values.cycle import SHANGHAI

DAY = timedelta(days=1)


@lru_cache(maxsize=16)
def quiet_end(policy: ContactPolicy, now: datetime) -> datetime | None:
    """When the quiet hours end that `now` falls into; None outside of them.

    They begin at `quiet_from` sharp and end at `quiet_until` sharp: 22:00:00 is quiet, 08:00:00 is
    not. Two equal times mean that there are none.
    """
    begin, end = time.fromisoformat(policy.quiet_from), time.fromisoformat(policy.quiet_until)
    local = now.astimezone(SHANGHAI)
    if begin < end:
        quiet = begin <= local.time() < end
    else:
        quiet = begin != end and not end <= local.time() < begin
    if not quiet:
        return None
    today = datetime.combine(local.date(), end, SHANGHAI)
    return today if today > local else today + DAY


@lru_cache(maxsize=16)
def day_start(now: datetime) -> datetime:
    """The first moment of the day that `now` falls into."""
    return datetime.combine(now.astimezone(SHANGHAI).date(), time(), SHANGHAI)


@lru_cache(maxsize=16)
def next_day(policy: ContactPolicy, now: datetime) -> datetime:
    """The first moment of the next day that is not in quiet hours."""
    start = day_start(now) + DAY
    return quiet_end(policy, start) or start
