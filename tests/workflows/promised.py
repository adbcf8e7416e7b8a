"""Letting time pass for promises, as a worker would keep them."""

from datetime import datetime

from wanhao.project.keepers import SLOW
from wanhao.promises.actions import keep_due
from wanhao.promises.queries import next_due


def keep_until(now: datetime) -> int:
    """Keep what is due until `now`, each at its time; returns how many promises that were."""
    kept = 0
    while True:
        due = next_due(SLOW)
        if due is None or due > now:
            return kept
        kept += keep_due(SLOW, due)
