"""The cities the operator serves, read from `cities.toml`."""

import tomllib
from functools import lru_cache
from pathlib import Path

from wanhao.parties.contracts import City
from wanhao.values.errors import WanhaoError

CITIES_FILE = Path(__file__).with_name("cities.toml")


def read_cities(path: Path = CITIES_FILE) -> tuple[City, ...]:
    """The cities of a file, in its order; WanhaoError names the entry that is wrong."""
    found: dict[str, City] = {}
    for place, entry in enumerate(tomllib.loads(path.read_text()).get("city", []), start=1):
        try:
            city = City(**entry)
        except TypeError as error:
            raise _wrong(path, place, str(error)) from error
        if city.code in found:
            raise _wrong(path, place, f"code {city.code} is there twice")
        found[city.code] = city
    return tuple(found.values())


@lru_cache(maxsize=1)
def known_cities() -> tuple[City, ...]:
    """The cities of this installation."""
    return read_cities()


def _wrong(path: Path, place: int, what: str) -> WanhaoError:
    return WanhaoError(
        f"{path.name}: city {place}: {what}.",
        "Give each city its code, name_zh, name_en and area_code once.",
    )
