"""The outlines that maps of places are drawn with: put in place of those before, and read."""

from collections.abc import Sequence

from django.db import connection, transaction
from django.db.models import Max

from wanhao.outlets.models import OutlineRow
from wanhao.outlets.outline_contracts import Outline


@transaction.atomic
def replace_outlines(outlines: Sequence[Outline]) -> bool:
    """Let these take the place of all there were; False when they are the same already.

    City and county together must differ. Without any the map has none.
    """
    with connection.cursor() as cursor:
        # Two at once would leave a mixture; whoever reads is not held up.
        cursor.execute("LOCK TABLE wanhao_outlets_outlinerow IN SHARE ROW EXCLUSIVE MODE")
    wanted = sorted(outlines, key=lambda one: (one.city, one.county_zh))
    if wanted == known_outlines():
        return False
    OutlineRow.objects.all().delete()
    OutlineRow.objects.bulk_create(
        OutlineRow(
            city=one.city,
            county_zh=one.county_zh,
            county_en=one.county_en,
            polygons=one.polygons,
            schematic=one.schematic,
        )
        for one in wanted
    )
    return True


def known_outlines() -> list[Outline]:
    """All outlines, by city and county."""
    rows = OutlineRow.objects.all()
    found = [
        Outline(
            city=row.city,
            county_zh=row.county_zh,
            county_en=row.county_en,
            polygons=tuple(
                tuple(tuple((east, north) for east, north in ring) for ring in polygon)
                for polygon in row.polygons
            ),
            schematic=row.schematic,
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: (one.city, one.county_zh))


def outlines_version() -> int:
    """A number that is another one whenever the outlines are; 0 where there are none."""
    return OutlineRow.objects.aggregate(last=Max("id"))["last"] or 0
