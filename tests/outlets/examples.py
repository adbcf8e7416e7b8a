"""Places of the tests, and files of them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from wanhao.outlets.contracts import NewPlace, PlaceKind, Point

HEADER = (
    *("code", "kind", "level", "name_zh", "name_en", "city", "county_zh", "county_en"),
    *("address_zh", "address_en", "longitude", "latitude", "hours", "services", "ssid", "until"),
)
HALL = {
    "code": "NC-001",
    "kind": "hall",
    "level": "1",
    "name_zh": "南昌样例营业厅",
    "name_en": "Nanchang Sample Hall",
    "city": "3601",
    "county_zh": "东湖",
    "county_en": "Donghu",
    "address_zh": "样例路1号",
    "address_en": "1 Sample Road",
    "longitude": "115.897920",
    "latitude": "28.694735",
    "hours": "Mo-Su 08:30-18:30",
    "services": "payment;new-line",
    "ssid": "",
    "until": "",
}
HOTSPOT = HALL | {
    "code": "NC-W1",
    "kind": "hotspot",
    "level": "",
    "hours": "",
    "services": "",
    "ssid": "sample-wifi",
}


def a_file(folder: Path, *rows: dict[str, str], header: Sequence[str] = HEADER) -> Path:
    """A CSV file of places."""
    lines = [",".join(header), *(",".join(row.get(name, "") for name in header) for row in rows)]
    path = folder / "places.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def a_place(
    code: str = "H1", longitude: int = 115_857_963, latitude: int = 28_682_892, **other: Any
):
    """A hall of level 2 in Nanchang, unless something else is said."""
    given: dict[str, Any] = {
        "kind": PlaceKind.HALL,
        "name_zh": "样例营业厅",
        "name_en": "Sample Hall",
        "city": "3601",
        "county_zh": "东湖",
        "county_en": "Donghu",
        "address_zh": "样例路1号",
        "address_en": "1 Sample Road",
        "level": 2,
    }
    point = Point(longitude=longitude, latitude=latitude)
    return NewPlace(**(given | {"code": code, "point": point} | other))


def a_hotspot(code: str = "W1", **other: Any) -> NewPlace:
    return a_place(code, **({"kind": PlaceKind.HOTSPOT, "level": None, "ssid": "wifi"} | other))
