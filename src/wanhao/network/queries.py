"""Reads of profiles."""

from collections.abc import Collection

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from wanhao.network.contracts import Barring, ProfileView
from wanhao.network.models import LineProfile


def profiles_of_lines(line_ids: Collection[int]) -> dict[int, ProfileView]:
    """What the network is to let each line do; a line nothing was requested for is left out."""
    asked = RawSQL("SELECT unnest(%s::bigint[])", [list(line_ids)])
    return {view.line_id: view for view in _views(LineProfile.objects.filter(line_id__in=asked))}


def profiles_of_number(number: int) -> list[ProfileView]:
    """The profiles of every line that has or had a number, the newest line first."""
    return _views(LineProfile.objects.filter(number=number).order_by("-line_id"))


def _views(rows: "QuerySet[LineProfile]") -> list[ProfileView]:
    return [
        ProfileView(
            line_id=row.line_id,
            number=row.number,
            barring=Barring(row.barring),
            data=row.data,
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
