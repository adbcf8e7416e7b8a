"""Holds: the records of a number that somebody disputes stay in the archive until it is settled."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from wanhao.usage.models import ArchiveHold
from wanhao.values.errors import WanhaoError


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Records of a number, from the first to the last day (of Asia/Shanghai), and why."""

    hold_id: int
    number: int
    first_day: date
    last_day: date
    reason: str
    by: str
    made_at: datetime

    def covers(self, day: str) -> bool:
        """Whether a day, as 2026-11-23, is one of its days."""
        return self.first_day.isoformat() <= day <= self.last_day.isoformat()


def hold(
    number: int, first_day: date, last_day: date, *, reason: str, by: str, now: datetime
) -> Hold:
    """Keep the records of a number past their time. WanhaoError for days in the wrong order, and
    where no reason is given."""
    if first_day > last_day:
        raise WanhaoError(f"{first_day} is after {last_day}.", "Give the first day, then the last.")
    if not reason.strip():
        raise WanhaoError("Nobody would know why this is held.", "Give a reason.")
    row = ArchiveHold.objects.create(
        number=number,
        first_day=first_day,
        last_day=last_day,
        reason=reason.strip(),
        by=by,
        made_at=now,
    )
    return _hold(row)


def release(hold_id: int, *, by: str, now: datetime) -> Hold:
    """Let go what was held; what is past its time goes with the next compaction. WanhaoError for a
    hold there is not."""
    row = ArchiveHold.objects.filter(pk=hold_id, released_at__isnull=True).first()
    if row is None:
        raise WanhaoError(
            f"There is no hold {hold_id}, or it was released.",
            "See those there are: wanhao archive holds",
        )
    row.released_at, row.released_by = now, by
    row.save(update_fields=["released_at", "released_by"])
    return _hold(row)


def holds() -> Sequence[Hold]:
    """All that is held now, the oldest first."""
    rows = ArchiveHold.objects.filter(released_at__isnull=True)
    return [_hold(row) for row in rows.order_by("pk")]


def _hold(row: ArchiveHold) -> Hold:
    return Hold(
        hold_id=row.pk,
        number=row.number,
        first_day=row.first_day,
        last_day=row.last_day,
        reason=row.reason,
        by=row.by,
        made_at=row.made_at,
    )
