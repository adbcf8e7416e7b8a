"""Reads of profiles."""

from collections.abc import Collection
from datetime import datetime

from django.db import connection
from django.db.models import Count, Min, Q, QuerySet
from django.db.models.expressions import RawSQL

from wanhao.network.contracts import Barring, ProfileView, Waiting
from wanhao.network.models import WAITING, LineProfile

# Each look at the index of what waits reads one row.
NEXT_DUE = """
SELECT min(due) FROM (VALUES (true), (false)) AS asked(bars), LATERAL (
    SELECT min(next_at) AS due FROM wanhao_network_lineprofile
    WHERE confirmed_version < version AND (barring IN ('outgoing', 'all')) = asked.bars
) AS found
"""


def profiles_of_lines(line_ids: Collection[int]) -> dict[int, ProfileView]:
    """What the network is to let each line do; a line nothing was requested for is left out."""
    asked = RawSQL("SELECT unnest(%s::bigint[])", [list(line_ids)])
    return {view.line_id: view for view in _views(LineProfile.objects.filter(line_id__in=asked))}


def profiles_of_number(number: int) -> list[ProfileView]:
    """The profiles of every line that has or had a number, the newest line first."""
    return _views(LineProfile.objects.filter(number=number).order_by("-line_id"))


def page_of_profiles(after: int, limit: int) -> list[ProfileView]:
    """Profiles of the lines beyond `after`, in the order of the lines."""
    return _views(LineProfile.objects.filter(line_id__gt=after).order_by("line_id")[:limit])


def waiting() -> Waiting:
    """How many profiles wait, and since when."""
    found = LineProfile.objects.filter(WAITING).aggregate(
        profiles=Count("*"),
        failing=Count("line_id", filter=~Q(error="")),
        oldest=Min("requested_at"),
    )
    return Waiting(profiles=found["profiles"], failing=found["failing"], oldest_at=found["oldest"])


def failing(latest: int) -> list[ProfileView]:
    """Profiles that wait because they failed, the oldest first."""
    rows = LineProfile.objects.filter(WAITING).exclude(error="").order_by("requested_at")
    return _views(rows[:latest])


def next_due() -> datetime | None:
    """When the next profile may be sent; None when none waits."""
    with connection.cursor() as cursor:
        cursor.execute(NEXT_DUE)
        due: datetime | None = cursor.fetchone()[0]
    return due


def _views(rows: "QuerySet[LineProfile]") -> list[ProfileView]:
    return [
        ProfileView(
            line_id=row.line_id,
            number=row.number,
            barring=Barring(row.barring),
            data=row.data,
            roaming=row.roaming,
            version=row.version,
            requested_at=row.requested_at,
            sent_version=row.sent_version,
            confirmed_version=row.confirmed_version,
            confirmed_at=row.confirmed_at,
            attempts=row.attempts,
            next_at=row.next_at,
            error=row.error,
        )
        for row in rows
    ]
