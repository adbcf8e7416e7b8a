"""Whether lines may be used abroad (Hong Kong, Macau and Taiwan with it); off until switched on.

It says what the network shall let through. What was used abroad all the same is charged when it is
reported: records are facts.
"""

from collections.abc import Collection
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models.expressions import RawSQL

from wanhao.products.models import RoamingPermit
from wanhao.products.roaming_contracts import RoamingView


@transaction.atomic
def switch_roaming(line_id: int, on: bool, now: datetime, *, door: str, by: str = "") -> bool:
    """Let a line be used abroad, or no longer; returns whether that changed anything."""
    live = RoamingPermit.objects.filter(line_id=line_id, until__isnull=True)
    if not on:
        return bool(live.update(until=now, until_door=door, until_by=by))
    if live.exists():
        return False
    try:
        with transaction.atomic():
            RoamingPermit.objects.create(line_id=line_id, since=now, door=door, by=by)
    except IntegrityError:
        # Somebody else switched it on in between.
        return False
    return True


@transaction.atomic
def carry_roaming(from_line: int, to_line: int, now: datetime) -> None:
    """A number that gets another line keeps what was switched on, and who did it."""
    for row in RoamingPermit.objects.filter(line_id=from_line, until__isnull=True):
        switch_roaming(to_line, True, now, door=row.door, by=row.by)


def roaming_of(line_ids: Collection[int]) -> dict[int, RoamingView]:
    """How each line stands and since when; a line that nobody ever switched is off."""
    wanted = list(set(line_ids))
    lines = RawSQL("SELECT unnest(%s::bigint[])", [wanted])
    rows = RoamingPermit.objects.filter(line_id__in=lines).order_by("line_id", "-since", "-id")
    last = {row.line_id: _view(row) for row in rows.distinct("line_id")}
    return {line_id: last.get(line_id, RoamingView(line_id=line_id)) for line_id in wanted}


def _view(row: RoamingPermit) -> RoamingView:
    if row.until is None:
        return RoamingView(line_id=row.line_id, on=True, since=row.since, door=row.door, by=row.by)
    return RoamingView(
        line_id=row.line_id, on=False, since=row.until, door=row.until_door, by=row.until_by
    )
