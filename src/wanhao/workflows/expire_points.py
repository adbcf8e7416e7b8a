"""Expire points: clear what was good until the last 31 December, in small transactions."""

from datetime import datetime

from wanhao.loyalty.actions import expire


def expire_points(now: datetime) -> int:
    """Clear every batch whose last day is over; returns how many there were."""
    cleared = 0
    while count := expire(now):
        cleared += count
    return cleared
