"""Writes of outlets: a file's halls, agents' points and hotspots come in or change."""

import json
from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction

from wanhao.outlets.contracts import ImportResult, NewPlace, PlaceKind
from wanhao.outlets.words import words_of
from wanhao.parties.cities import known_cities

SHARED = {
    "code": "text",
    "name_zh": "text",
    "name_en": "text",
    "city": "text",
    "county_zh": "text",
    "county_en": "text",
    "address_zh": "text",
    "address_en": "text",
    "longitude": "int",
    "latitude": "int",
    "until": "date",
    "demo": "bool",
    "words": "text",
}
OUTLET = SHARED | {"kind": "text", "level": "smallint", "hours": "text", "services": "jsonb"}
HOTSPOT = SHARED | {"ssid": "text"}


@transaction.atomic
def import_places(places: Sequence[NewPlace], *, dry_run: bool = False) -> ImportResult:
    """Take places in by their codes: what is new comes, what differs changes, the rest stays.

    Codes must differ. What is not among them stays as it is. With `dry_run` nothing is written.
    """
    outlets = [place for place in places if place.kind is not PlaceKind.HOTSPOT]
    hotspots = [place for place in places if place.kind is PlaceKind.HOTSPOT]
    with transaction.atomic():
        new, changed = (
            sum(counts)
            for counts in zip(
                _write("wanhao_outlets_outlet", OUTLET, outlets),
                _write("wanhao_outlets_hotspot", HOTSPOT, hotspots),
                strict=True,
            )
        )
        if dry_run:
            transaction.set_rollback(True)
    return ImportResult(new=new, changed=changed, same=len(places) - new - changed)


def _write(table: str, columns: dict[str, str], places: Sequence[NewPlace]) -> tuple[int, int]:
    """How many are new and how many changed; xmax is empty in a row that was just inserted."""
    if not places:
        return 0, 0
    rows = [_row(place) for place in sorted(places, key=lambda place: place.code)]
    names = ", ".join(columns)
    arrays = ", ".join(f"%s::{kind}[]" for kind in columns.values())
    ours = ", ".join(f"place.{name}" for name in columns)
    theirs = ", ".join(f"excluded.{name}" for name in columns)
    changes = ", ".join(f"{name} = excluded.{name}" for name in columns if name != "code")
    upsert = f"""
        INSERT INTO {table} AS place ({names})
        SELECT {names} FROM unnest({arrays}) AS told({names}) ORDER BY code
        ON CONFLICT (code) DO UPDATE SET {changes} WHERE ({ours}) IS DISTINCT FROM ({theirs})
        RETURNING xmax = 0
    """  # noqa: S608 - names of ours only
    with connection.cursor() as cursor:
        cursor.execute(upsert, [[row[name] for row in rows] for name in columns])
        written = [is_new for (is_new,) in cursor.fetchall()]
    return sum(written), len(written) - sum(written)


def _row(place: NewPlace) -> dict[str, Any]:
    """A place as its table has it."""
    cities = {city.code: city for city in known_cities()}
    shared = {name: getattr(place, name, None) for name in SHARED}
    return shared | {
        "longitude": place.point.longitude,
        "latitude": place.point.latitude,
        "words": words_of(place, cities),
        "kind": place.kind.value,
        "level": place.level,
        "hours": place.hours,
        "services": json.dumps([service.value for service in place.services]),
        "ssid": place.ssid,
    }
