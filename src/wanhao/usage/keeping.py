"""How long counted files are kept: some days, in case somebody asks what came."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from django.db.models.functions import Left

from wanhao.usage.folders import DIGITS, Folders, put_away_before
from wanhao.usage.models import UsageFile

log = logging.getLogger(__name__)
AT_ONCE = 1_000


def tidy(folders: Folders, keep: timedelta, now: datetime) -> None:
    """Remove what was counted long enough ago; the meter goes on where that cannot be done."""
    try:
        remove_counted(folders, keep, now)
    except OSError as error:
        log.warning("counted files could not be removed: %s", error)


def remove_counted(folders: Folders, keep: timedelta, now: datetime) -> int:
    """Remove some of the files that were counted to their end longer ago than `keep`; returns how
    many. What the database does not know as counted stays, and so does what was refused."""
    old = put_away_before(folders.done, now - keep)
    removed = 0
    for first in range(0, len(old), AT_ONCE):
        for path in _counted(old[first : first + AT_ONCE], now - keep):
            path.unlink(missing_ok=True)
            removed += 1
        if removed >= AT_ONCE:
            break
    return removed


def _counted(paths: Sequence[Path], before: datetime) -> list[Path]:
    """Those of the files that the database says were counted before a moment."""
    counted = UsageFile.objects.filter(finished=True, finished_at__lt=before, trouble="")
    asked = counted.annotate(start=Left("digest", DIGITS)).filter(
        start__in=[path.name[:DIGITS] for path in paths]
    )
    known = set(asked.values_list("start", flat=True))
    return [path for path in paths if path.name[:DIGITS] in known]
