"""`wanhao network`: how far the network has been told what each line may do."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime

import click

from wanhao.access.actions import record_read
from wanhao.network.actions import send_again
from wanhao.network.comparing import MOST_EXAMPLES, Comparison, reconcile
from wanhao.network.contracts import DifferenceKind, ProfileView, Waiting
from wanhao.network.gateway.client import HttpProvisioning
from wanhao.network.ports import HeldProfile
from wanhao.network.queries import failing, profiles_of_number, waiting
from wanhao.network.reachable import read_reachable
from wanhao.project import clock
from wanhao.project.command.sessions import database, refuse_without_database
from wanhao.project.env import environment
from wanhao.project.gateway import connected_network
from wanhao.values.cycle import SHANGHAI
from wanhao.values.errors import WanhaoError
from wanhao.values.msisdn import Msisdn
from wanhao.workflows.tell_network_everything import tell_network_everything

SHOWN_FAILING = 20
KINDS = {
    DifferenceKind.MISSING: "not held",
    DifferenceKind.CHANGED: "held otherwise",
    DifferenceKind.AHEAD: "held in a version of the future",
    DifferenceKind.UNKNOWN: "held, never asked for",
}


@click.group()
def network() -> None:
    """What the network lets each line do: how far it was told, and whether it still holds it."""


@network.command()
def status() -> None:
    """Show whether the network answers, and which profiles it has yet to confirm."""
    refuse_without_database()
    with database():
        for line in status_lines(waiting(), clock.now()):
            click.echo(line)
        for view in failing(SHOWN_FAILING):
            told = f"{Msisdn(view.number).masked}, attempt {view.attempts}: {view.error}"
            click.echo(f"{'failing':<20}{told}")
        config = connected_network(environment())
        with closing(HttpProvisioning(config)) as asked:
            asked.held(0, 0)
        click.echo(f"{'network':<20}{config.url} answers")


@network.command(name="reconcile")
@click.option("--dry-run", is_flag=True, help="Only say what differs; ask for nothing again.")
def reconcile_command(dry_run: bool) -> None:
    """Read what the network holds, and ask again for what it holds otherwise."""
    refuse_without_database()
    env = environment()
    with database(), closing(HttpProvisioning(connected_network(env))) as asked:
        found = reconcile(
            asked,
            read_reachable(env.network_reachable_file),
            clock.now,
            mend=not dry_run,
            say=lambda compared: click.echo(f"\r{compared:,} compared", nl=False, err=True),
        )
        click.echo("", err=True)
        for line in comparison_lines(found):
            click.echo(line)


@network.command(name="tell-all")
def tell_all() -> None:
    """Tell the network of every live line, as after an import; what it was told already stays."""
    refuse_without_database()
    with database():
        looked, new = tell_network_everything(
            clock.now(), lambda so_far: click.echo(f"\r{so_far:,} lines", nl=False, err=True)
        )
        click.echo("", err=True)
        click.echo(f"{looked:,} lines looked at, {new:,} on their way; see: wanhao network status")


@network.command()
@click.argument("number", type=int)
def show(number: int) -> None:
    """Show what the line NUMBER may do, as wanted here and as the network holds it; recorded."""
    refuse_without_database()
    wanted_number = Msisdn(number)
    with database():
        wanted = _known(wanted_number)
        record_read(None, f"line {wanted[0].line_id}", "network profile by command", clock.now())
        for view in wanted:
            for line in profile_lines(view):
                click.echo(line)
        with closing(HttpProvisioning(connected_network(environment()))) as asked:
            for line in held_lines(asked.held_for(wanted_number.value)):
                click.echo(line)


@network.command(name="send-again")
@click.argument("number", type=int)
def send_again_command(number: int) -> None:
    """Tell the network once more, at once, what the line NUMBER may do."""
    refuse_without_database()
    with database():
        newest = _known(Msisdn(number))[0]
        send_again([newest.line_id], clock.now())
        click.echo(f"{Msisdn(newest.number).masked} is sent again; see: wanhao network show NUMBER")


def status_lines(found: Waiting, now: datetime) -> Iterator[str]:
    """What waits, a line for each figure."""
    oldest = ""
    if found.oldest_at is not None:
        oldest = f", the oldest for {max((now - found.oldest_at).total_seconds(), 0):,.0f} s"
    yield f"{'profiles waiting':<20}{found.profiles:,}{oldest}"
    yield f"{'of them failing':<20}{found.failing:,}"


def comparison_lines(found: Comparison) -> Iterator[str]:
    """What was found, a line for each figure, then the first differences."""
    yield f"{'compared':<34}{found.compared:,}"
    yield f"{'on their way, not compared':<34}{found.on_their_way:,}"
    for kind, told in KINDS.items():
        yield f"{told:<34}{found.found[kind]:,}"
    yield f"{'asked for again':<34}{found.asked:,}"
    for one in found.examples:
        yield f"  line {one.line_id}, {Msisdn(one.number).masked}: {KINDS[one.kind]}"
    more = sum(found.found.values()) - len(found.examples)
    if more > 0:
        yield f"  and {more:,} more; the first {MOST_EXAMPLES} are shown"


def profile_lines(view: ProfileView) -> Iterator[str]:
    """What is wanted for a line and how far the network was told."""
    may = _may(view.data, view.roaming)
    yield f"{Msisdn(view.number).masked}, line {view.line_id}: {view.barring}, {may}"
    asked = _at(view.requested_at)
    yield f"  {'wanted':<18}version {view.version}, asked for {asked}"
    if not view.waits:
        when = "" if view.confirmed_at is None else f" {_at(view.confirmed_at)}"
        yield f"  {'confirmed':<18}version {view.confirmed_version}{when}"
        return
    yield f"  {'waits':<18}sent {view.attempts} times, next {_at(view.next_at)}"
    if view.error:
        yield f"  {'because':<18}{view.error}"


def held_lines(held: Sequence[HeldProfile]) -> Iterator[str]:
    """What the network holds for a number."""
    if not held:
        yield "  the network holds nothing"
    for one in held:
        may = _may(one.data, one.roaming)
        told = f"version {one.version} of line {one.line_id}: {one.barring}, {may}"
        yield f"  {'network holds':<18}{told}"
        incoming = "is reached" if one.incoming else "is not reached"
        reaches = ", ".join([*sorted(one.calls), *(f"{n} by SMS" for n in sorted(one.messages))])
        yield f"  {'always':<18}{incoming}; reaches {reaches or 'nobody'}"


def _may(data: bool, roaming: bool) -> str:
    return f"{'data' if data else 'no data'}, {'roaming' if roaming else 'no roaming'}"


def _known(number: Msisdn) -> list[ProfileView]:
    found = profiles_of_number(number.value)
    if not found:
        raise WanhaoError(
            f"Nothing was asked of the network for {number.masked}.",
            "See that it is a line: wanhao reminders explain NUMBER",
        )
    return found


def _at(instant: datetime) -> str:
    return f"{instant.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"
