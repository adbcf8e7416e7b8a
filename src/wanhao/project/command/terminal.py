"""`wanhao terminal`: self-service terminals of halls, added, registered anew, taken away."""

import click

from wanhao.outlets.terminal_contracts import TerminalView
from wanhao.outlets.terminals import (
    add_terminal,
    devices_key,
    new_code,
    receipts,
    remove_terminal,
    terminals,
    the_terminal,
)
from wanhao.project import clock
from wanhao.project.command.sessions import database, refuse_without_database
from wanhao.project.env import environment
from wanhao.values.cycle import SHANGHAI
from wanhao.values.money import Money


@click.group()
def terminal() -> None:
    """Self-service terminals of halls: add them, register their browsers, take them away."""


@terminal.command()
@click.argument("hall")
@click.argument("name")
@click.option(
    "--devices",
    "devices_url",
    default="",
    help="Where the program for card reader and printer answers on the terminal's machine.",
)
@database()
def add(hall: str, name: str, devices_url: str) -> None:
    """Add a terminal to HALL (its code); print the address that registers one browser as it."""
    added, code = add_terminal(hall, name, clock.now(), devices_url=devices_url)
    click.echo(f"{'terminal':<12}{added.terminal_id}, {added.hall_zh} {added.name}")
    _tell_code(code)
    if devices_url:
        _tell_key(added.terminal_id)


@terminal.command()
@click.argument("terminal_id", type=int)
@database()
def code(terminal_id: int) -> None:
    """Print another address that registers a browser; the one there is stays until it is used."""
    _tell_code(new_code(terminal_id, clock.now()))


@terminal.command()
@click.argument("terminal_id", type=int)
def key(terminal_id: int) -> None:
    """Print the key that the program for card reader and printer signs with."""
    refuse_without_database()
    with database():
        _tell_key(the_terminal(terminal_id).terminal_id)


@terminal.command("list")
@click.option("--hall", default="", help="Of this hall only, by its code.")
def list_command(hall: str) -> None:
    """List the terminals that there are."""
    refuse_without_database()
    with database():
        found = terminals(hall)
        for one in found:
            click.echo(_told(one))
        if not found:
            click.echo("There is no terminal. Add one with: wanhao terminal add HALL NAME")


@terminal.command("receipts")
@click.argument("terminal_id", type=int)
@click.option("--latest", type=click.IntRange(1, 1_000), default=20, show_default=True)
def receipts_command(terminal_id: int, latest: int) -> None:
    """List a terminal's latest receipts: their numbers, and what was done."""
    refuse_without_database()
    with database():
        for one in receipts(terminal_id, latest):
            paid = f", {Money(one.amount_fen)}" if one.amount_fen is not None else ""
            at = one.made_at.astimezone(SHANGHAI)
            click.echo(f"{one.number}  {at:%Y-%m-%d %H:%M}  {one.item}{paid}")


@terminal.command()
@click.argument("terminal_id", type=int)
@database()
def remove(terminal_id: int) -> None:
    """Take a terminal away: its browser is one no more, from its next page on."""
    remove_terminal(terminal_id, clock.now())
    click.echo(f"Terminal {terminal_id} is none any more.")


def _told(one: TerminalView) -> str:
    since = one.registered_at
    state = f"registered {since.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if since else "not registered"
    devices = f", devices at {one.devices_url}" if one.devices_url else ""
    return f"{one.terminal_id:<6}{one.hall}  {one.hall_zh}  {one.name}, {state}{devices}"


def _tell_code(code: str) -> None:
    address = environment().hall_url.rstrip("/")
    click.echo(f"{'register':<12}{address}/terminal/register/{code}/")
    click.echo("Open it on the terminal within a day; it works once.")


def _tell_key(terminal_id: int) -> None:
    click.echo(f"{'devices key':<12}{devices_key(terminal_id)}")
