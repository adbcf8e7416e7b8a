"""`wanhao sms codes`: what customers may write to the SMS hall, and what is wrong with it."""

import click

from wanhao.channels.sms.hall.checking import mistakes
from wanhao.channels.sms.hall.codes import (
    FOLDER,
    CodeEntry,
    book_of,
    files_at,
    files_in,
    place_name,
)
from wanhao.menu.queries import item_of
from wanhao.project import clock
from wanhao.project.env import environment
from wanhao.values.cycle import SHANGHAI
from wanhao.values.errors import WanhaoError

_of_place = click.option(
    "--of", "place", help="A province, or a file of codes; WANHAO_SMS_CODES unless given."
)


@click.group()
def codes() -> None:
    """See and check the codes customers write to the SMS hall."""


@codes.command("list")
@_of_place
def list_command(place: str | None) -> None:
    """Show the codes in force today, with what each asks for."""
    wanted = place or environment().sms_codes
    book = book_of(wanted, clock.now().astimezone(SHANGHAI).date())
    for name, version in book.versions.items():
        click.echo(f"{name}, version {version}")
    for entry in book.entries:
        click.echo(f"{_form(entry):<28}{entry.item:<18}{_title(entry)}")


@codes.command("check")
@_of_place
def check_command(place: str | None) -> None:
    """Say what is wrong with the codes: those that come with wanhao, and a file of one's own."""
    wanted = place or environment().sms_codes
    files = [*files_in(FOLDER), *files_at(wanted)]
    name = place_name(wanted)
    if name not in {one.place for one in files}:
        raise WanhaoError(f"There are no codes of {name}.", "See them with: wanhao sms codes list")
    found = mistakes(files)
    for said in found:
        click.echo(said)
    if found:
        raise WanhaoError(f"{len(found)} mistakes in the codes.", "Correct them in the files.")
    click.echo(f"{sum(len(one.code) for one in files)} entries in {len(files)} files are right.")


def _form(entry: CodeEntry) -> str:
    words = [f"[{one.name}]" if one.optional else one.name for one in entry.arguments]
    return "#".join([" ".join(entry.codes[:2]), *words])


def _title(entry: CodeEntry) -> str:
    return entry.zh or item_of(entry.item).zh
