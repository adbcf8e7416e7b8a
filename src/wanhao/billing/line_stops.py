"""Stops of single lines, and temporary service of accounts that are stopped."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import IntegrityError, connection, transaction
from django.db.models.expressions import RawSQL

from wanhao.billing.models import EmergencyGrant, LineStop
from wanhao.billing.stop_contracts import GrantView, LineStopKind, LineStopView, StopView
from wanhao.values.cycle import Cycle
from wanhao.values.errors import WanhaoError

LIFT = """
UPDATE wanhao_billing_linestop SET lifted_at = greatest(since, %s)
WHERE lifted_at IS NULL AND kind = %s AND line_id = ANY(%s::bigint[])
RETURNING id
"""
END_GRANTS = """
UPDATE wanhao_billing_emergencygrant SET ended_at = greatest(since, %s)
WHERE ended_at IS NULL AND account_id = ANY(%s::bigint[])
RETURNING id
"""


@transaction.atomic
def stop_line(
    line_id: int, kind: LineStopKind, now: datetime, until: datetime | None = None
) -> tuple[LineStopView, bool]:
    """Stop one line; returns its stop, and whether it is new. One that is stopped stays so."""
    row, new = LineStop.objects.get_or_create(
        line_id=line_id,
        kind=kind.value,
        lifted_at=None,
        defaults={"since": now, "until": until},
    )
    return _view(row), new


def lift_line_stops(
    line_ids: Collection[int], kind: LineStopKind, now: datetime
) -> tuple[LineStopView, ...]:
    """Lift stops of this kind of lines; returns those that lasted."""
    with connection.cursor() as cursor:
        cursor.execute(LIFT, [now, kind.value, sorted(line_ids)])
        lifted = [pk for (pk,) in cursor.fetchall()]
    return tuple(_view(row) for row in LineStop.objects.filter(id__in=lifted).order_by("line_id"))


def live_line_stops(line_ids: Collection[int]) -> dict[int, tuple[LineStopView, ...]]:
    """Why each of the lines is stopped by itself now; one that is not is left out."""
    found: dict[int, list[LineStopView]] = defaultdict(list)
    rows = LineStop.objects.filter(line_id__in=_one_of(line_ids), lifted_at=None)
    for row in rows.order_by("line_id", "kind"):
        found[row.line_id].append(_view(row))
    return {line_id: tuple(views) for line_id, views in found.items()}


def line_stops_by_id(line_stop_ids: Collection[int]) -> dict[int, LineStopView]:
    """These stops of lines, lifted or not."""
    return {row.pk: _view(row) for row in LineStop.objects.filter(id__in=_one_of(line_stop_ids))}


def line_stop_history(line_ids: Sequence[int]) -> tuple[LineStopView, ...]:
    """Every stop the lines have had by themselves, the latest first."""
    rows = LineStop.objects.filter(line_id__in=list(line_ids)).order_by("-since", "-id")
    return tuple(_view(row) for row in rows)


@transaction.atomic
def begin_grant(stop: StopView, until: datetime, now: datetime) -> GrantView:
    """Serve a stopped account again until an instant.

    WanhaoError when this stop had its grant, or the account had one in this month.
    """
    cycle = Cycle.of(now).number
    if EmergencyGrant.objects.filter(stop_id=stop.stop_id).exists():
        raise _refused("Service was given for a while already since it was stopped.")
    if EmergencyGrant.objects.filter(account_id=stop.account_id, cycle=cycle).exists():
        raise _refused("Service was given for a while already in this month.")
    try:
        with transaction.atomic():
            row = EmergencyGrant.objects.create(
                stop_id=stop.stop_id,
                account_id=stop.account_id,
                cycle=cycle,
                since=now,
                until=until,
            )
    except IntegrityError as error:
        raise _refused("Somebody asked for it at the same moment.") from error
    return _grant(row)


def end_grants(account_ids: Collection[int], now: datetime) -> tuple[GrantView, ...]:
    """End temporary service of accounts; returns the grants that ran."""
    with connection.cursor() as cursor:
        cursor.execute(END_GRANTS, [now, sorted(account_ids)])
        ended = [pk for (pk,) in cursor.fetchall()]
    rows = EmergencyGrant.objects.filter(id__in=ended).order_by("account_id")
    return tuple(_grant(row) for row in rows)


def running_grants(account_ids: Collection[int]) -> dict[int, GrantView]:
    """The accounts that are served for a while now, each with its grant."""
    rows = EmergencyGrant.objects.filter(account_id__in=_one_of(account_ids), ended_at=None)
    return {row.account_id: _grant(row) for row in rows}


def grant_history(account_id: int) -> tuple[GrantView, ...]:
    """Every grant an account has had, the latest first."""
    rows = EmergencyGrant.objects.filter(account_id=account_id).order_by("-since", "-id")
    return tuple(_grant(row) for row in rows)


def _refused(why: str) -> WanhaoError:
    return WanhaoError(why, "It is given once for a stop and once in a month; paying restores all.")


def _one_of(ids: Collection[int]) -> RawSQL:
    return RawSQL("SELECT unnest(%s::bigint[])", [list(set(ids))])


def _view(row: LineStop) -> LineStopView:
    return LineStopView(
        line_stop_id=row.pk,
        line_id=row.line_id,
        kind=LineStopKind(row.kind),
        since=row.since,
        until=row.until,
        lifted_at=row.lifted_at,
    )


def _grant(row: EmergencyGrant) -> GrantView:
    return GrantView(
        grant_id=row.pk,
        stop_id=row.stop_id,
        account_id=row.account_id,
        since=row.since,
        until=row.until,
        ended_at=row.ended_at,
    )
