"""`wanhao outlets`: halls, agents' points and hotspots come in from a file, and are found."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import click

from wanhao.outlets.actions import import_places
from wanhao.outlets.contracts import PlaceKind, PlaceView, Point, Service
from wanhao.outlets.desks import set_desks
from wanhao.outlets.hours import read_hours
from wanhao.outlets.queries import ALL_KINDS, listed, near
from wanhao.outlets.queue_contracts import NewDesk
from wanhao.outlets.reading import microdegrees, read_places
from wanhao.outlets.report import write_report
from wanhao.outlets.words import KINDS, SERVICES
from wanhao.parties.cities import known_cities
from wanhao.project import clock
from wanhao.project.command.outlets_outlines import outlines_group
from wanhao.project.command.sessions import database, refuse_without_database
from wanhao.values.cycle import SHANGHAI
from wanhao.values.errors import WanhaoError

ROWS = click.IntRange(1, 10_000)
kind_option = click.option(
    "--kind",
    type=click.Choice([kind.value for kind in PlaceKind]),
    help="Only such places; all unless said.",
)
find_option = click.option(
    "--find", "words", default="", help="Words of their name, county, address or services."
)


@click.group()
def outlets() -> None:
    """Halls, agents' points and WiFi hotspots: import them, list them, find the nearest."""


outlets.add_command(outlines_group)


@outlets.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--dry-run", is_flag=True, help="Only say what would happen; write nothing.")
@database()
def import_command(file: Path, dry_run: bool) -> None:
    """Import the places of a CSV FILE by their codes; bad rows are left out and told."""
    found = read_places(file)
    result = import_places(found.places, dry_run=dry_run)
    report = write_report(file, found.faults)
    would = "would be " if dry_run else ""
    click.echo(f"{would + 'new':<20}{result.new:,}")
    click.echo(f"{would + 'changed':<20}{result.changed:,}")
    click.echo(f"{'already so':<20}{result.same:,}")
    click.echo(f"{'left out':<20}{len(found.faults):,}")
    if report is not None:
        click.echo(f"Bad rows: {report}")


@outlets.command("list")
@click.option("--city", default="", help="A city by its code, area code or name.")
@kind_option
@find_option
@click.option("--limit", type=ROWS, default=200, show_default=True, help="So many at most.")
def list_command(city: str, kind: str | None, words: str, limit: int) -> None:
    """List places by city and code."""
    refuse_without_database()
    with database():
        found = listed(_today(), city=_city(city), words=words, kinds=_kinds(kind), limit=limit + 1)
        _tell(found[:limit])
        if len(found) > limit:
            click.echo(f"There are more than {limit}; see more with --limit.", err=True)


@outlets.command("desks")
@click.argument("hall")
@click.argument("desks", nargs=-1, required=True)
@database()
def desks_command(hall: str, desks: tuple[str, ...]) -> None:
    """Say which desks a HALL has, and so let it have a queue: 1 2 3:repair,sim-card."""
    count = set_desks(hall, [_desk(desk) for desk in desks], clock.now())
    click.echo(f"{hall} has {count} desk{'' if count == 1 else 's'}.")


def _desk(text: str) -> NewDesk:
    number, _, words = text.partition(":")
    known = {service.value: service for service in Service}
    services = [word for word in words.split(",") if word]
    strange = [word for word in services if word not in known]
    if not number.isdigit() or strange:
        raise WanhaoError(
            f"'{text}' is no desk.",
            f"Write its number, then what is done there: 3:repair. Known: {', '.join(known)}.",
        )
    return NewDesk(number=int(number), services=tuple(known[word] for word in services))


@outlets.command("near")
@click.argument("longitude")
@click.argument("latitude")
@kind_option
@find_option
@click.option("--limit", type=ROWS, default=5, show_default=True, help="So many at most.")
def near_command(longitude: str, latitude: str, kind: str | None, words: str, limit: int) -> None:
    """List the places nearest to a point, as 115.857963 28.682892 (WGS-84)."""
    refuse_without_database()
    point = _point(longitude, latitude)
    with database():
        _tell(near(point, _today(), kinds=_kinds(kind), words=words, limit=limit))


def place_lines(view: PlaceView, now: datetime) -> Iterator[str]:
    """A place in both languages."""
    place = view.place
    level = f" level {place.level}" if place.level else ""
    away = "" if view.metres is None else f", {view.metres:,} m"
    made_up = ", made up" if place.demo else ""
    yield f"{place.code}  {place.name_zh} {place.name_en}".rstrip() + away
    yield (
        f"  {KINDS[place.kind][1]}{level} in {place.county_zh} {place.county_en}".rstrip() + made_up
    )
    yield f"  {place.address_zh} {place.address_en}".rstrip()
    if place.hours:
        state = "open now" if read_hours(place.hours).is_open(now) else "closed now"
        yield f"  {place.hours} ({state})"
    if place.services:
        yield f"  {', '.join(SERVICES[service][1] for service in place.services)}"
    if place.ssid:
        yield f"  network name {place.ssid}"


def _tell(found: list[PlaceView]) -> None:
    if not found:
        click.echo("There is no such place.")
    for view in found:
        for line in place_lines(view, clock.now()):
            click.echo(line)


def _today() -> date:
    return clock.now().astimezone(SHANGHAI).date()


def _kinds(kind: str | None) -> tuple[PlaceKind, ...]:
    return ALL_KINDS if kind is None else (PlaceKind(kind),)


def _city(word: str) -> str:
    """The code of a city, however it is named; empty for all."""
    named = word.strip().removesuffix("市").lower()
    if not named:
        return ""
    for city in known_cities():
        if named in (city.code, city.area_code, city.name_zh, city.name_en.lower()):
            return city.code
    known = ", ".join(f"{city.name_zh} {city.name_en}" for city in known_cities())
    raise WanhaoError(f"'{word}' is not a city of this operator.", f"It serves {known}.")


def _point(longitude: str, latitude: str) -> Point:
    try:
        return Point(longitude=microdegrees(longitude), latitude=microdegrees(latitude))
    except ValueError:
        raise WanhaoError(
            f"'{longitude} {latitude}' is not a point.",
            "Give longitude and latitude in degrees, as 115.857963 28.682892.",
        ) from None
