"""`wanhao reminders optout`: what a line switched off, and switching it off or on."""

import getpass
from collections.abc import Iterator
from datetime import datetime

import click

from wanhao.access.actions import record_read
from wanhao.communications.actions import set_all_opt_outs, set_opt_out
from wanhao.communications.contracts import Door, OptOutView
from wanhao.communications.optouts import opt_outs
from wanhao.parties.queries import lines_by_number
from wanhao.project import clock
from wanhao.project.command.sessions import database, refuse_without_database
from wanhao.values.cycle import SHANGHAI
from wanhao.values.errors import WanhaoError
from wanhao.values.msisdn import Msisdn

ALL = "all"


@click.command(name="optout")
@click.argument("number", type=int)
@click.argument("rule", required=False)
@click.argument("wish", required=False, type=click.Choice(["on", "off"]))
def optout_command(number: int, rule: str | None, wish: str | None) -> None:
    """List what the line NUMBER switched off; switch RULE, or "all", off or on for it."""
    if rule is not None and wish is None:
        raise WanhaoError(f"Shall {rule} be off or on?", "Say so: off, or on.")
    refuse_without_database()
    with database():
        now = clock.now()
        line = lines_by_number({Msisdn(number).value}).get(number)
        if line is None:
            raise WanhaoError(
                f"Nobody uses the number {Msisdn(number).masked}.", "Look the number up."
            )
        if rule is not None:
            _switch(line.line_id, rule, wish == "off", now)
        record_read(None, f"line {line.line_id}", "switched reminders by command", now)
        for told in _listed(opt_outs(line.line_id)):
            click.echo(told)


def _switch(line_id: int, rule: str, off: bool, now: datetime) -> None:
    by = getpass.getuser()
    if rule == ALL:
        set_all_opt_outs(line_id, off, now, door=Door.COMMAND, by=by)
    else:
        set_opt_out(line_id, rule, off, now, door=Door.COMMAND, by=by)


def _listed(found: tuple[OptOutView, ...]) -> Iterator[str]:
    off = [one for one in found if one.until is None]
    yield f"off: {', '.join(one.rule for one in off) or 'nothing'}"
    for one in found:
        told = f"  {one.rule:<18}off {_time(one.since)} by {one.door} {one.by}".rstrip()
        if one.until is not None and one.until_door is not None:
            told += f", on {_time(one.until)} by {one.until_door} {one.until_by}".rstrip()
        yield told


def _time(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
