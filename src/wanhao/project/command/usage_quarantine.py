"""`wanhao usage quarantine`: see what could not be counted, mend it, have it judged again."""

import getpass
import time
from collections.abc import Callable, Iterator
from functools import partial

import click
from rich.console import Console
from rich.progress import Progress, TextColumn, TimeElapsedColumn

from wanhao.access.actions import record_read
from wanhao.project import clock
from wanhao.project.command.sessions import database, refuse_without_database
from wanhao.usage.held import held_detail, held_records, last_batch, replay_progress
from wanhao.usage.mending import Moved, dismiss, repair, replay
from wanhao.usage.quarantine_contracts import (
    HeldDetail,
    HeldFilter,
    HeldRecord,
    HeldState,
    QuarantineStepView,
    ReplayProgress,
)
from wanhao.usage.queries import quarantine_by_reason
from wanhao.values.errors import WanhaoError

LOOK_EVERY = 0.2
Move = Callable[[int], Moved]
_reason = click.option("--reason", default="", help="Only those held for this, as unknown-number.")
_file = click.option("--file", default="", help="Only those of the file with this name.")
_why = click.option("--why", default="", help="Why, for whoever asks later.")
_seconds = click.option(
    "--seconds", default=0.0, help="Wait so long at most until the meter has judged them."
)


@click.group()
def quarantine() -> None:
    """Records that could not be counted: see them, mend them, have them judged again."""


@quarantine.command(name="list")
@_reason
@_file
@click.option("--state", default="held", type=click.Choice([one.value for one in HeldState]))
@click.option("--before", type=int, help="Go on below this number.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 1000))
def list_(reason: str, file: str, state: str, before: int | None, limit: int) -> None:
    """List the newest records, numbers masked, and how many are held for each reason."""
    refuse_without_database()
    with database():
        for one in quarantine_by_reason():
            click.echo(f"{one.reason:<18}{one.records:>12,}")
        wanted = HeldFilter(reason=reason, file=file, state=HeldState(state))
        for record in held_records(wanted, before=before, limit=limit):
            click.echo(_line(record))


@quarantine.command()
@click.argument("record", type=int)
def show(record: int) -> None:
    """Show RECORD whole, and all that happened to it; this is recorded."""
    refuse_without_database()
    with database():
        detail = held_detail(record)
        record_read(None, f"quarantined record {record}", "quarantine by command", clock.now())
        for line in _told(detail):
            click.echo(line)


@quarantine.command(name="repair")
@click.argument("record", type=int)
@click.option("--set", "values", multiple=True, required=True, help="COLUMN=VALUE; as number=1...")
@_why
@_seconds
def repair_(record: int, values: tuple[str, ...], why: str, seconds: float) -> None:
    """Give RECORD other values and have it judged again, as the same record."""
    changes = dict(map(_value, values))
    refuse_without_database()
    with database():
        since = last_batch()
        repair(record, changes, by=getpass.getuser(), why=why, now=clock.now())
        click.echo(f"record {record} waits for the meter")
        _wait(since, seconds)


@quarantine.command(name="replay")
@click.argument("records", nargs=-1, type=int)
@_reason
@_file
@_why
@_seconds
def replay_(records: tuple[int, ...], reason: str, file: str, why: str, seconds: float) -> None:
    """Have RECORDS, or all of a reason or file, judged again: after a line was opened, say."""
    wanted = _wanted(records, reason, file)
    refuse_without_database()
    with database():
        since, who = last_batch(), getpass.getuser()
        move = partial(_replayed, wanted, who, why)
        click.echo(f"{_move_all(move, 'asked for'):,} record(s) wait for the meter")
        _wait(since, seconds)


@quarantine.command(name="dismiss")
@click.argument("records", nargs=-1, type=int)
@_reason
@_file
@click.option("--why", required=True, help="Why they never count.")
def dismiss_(records: tuple[int, ...], reason: str, file: str, why: str) -> None:
    """Give RECORDS, or all of a reason or file, up for good: they never count."""
    wanted = _wanted(records, reason, file)
    refuse_without_database()
    with database():
        move = partial(_dismissed, wanted, getpass.getuser(), why)
        click.echo(f"{_move_all(move, 'dismissed'):,} record(s) dismissed")


def _wanted(records: tuple[int, ...], reason: str, file: str) -> HeldFilter:
    if not (records or reason or file):
        raise WanhaoError(
            "Nothing says which records are meant.", "Name some, or give --reason or --file."
        )
    return HeldFilter(reason=reason, file=file, ids=records)


def _value(told: str) -> tuple[str, str]:
    name, equals, value = told.partition("=")
    if not equals:
        raise WanhaoError(f"'{told}' gives no value.", "Write it as COLUMN=VALUE.")
    return name.strip(), value


def _replayed(wanted: HeldFilter, by: str, why: str, after: int) -> Moved:
    return replay(wanted, by=by, why=why, now=clock.now(), after=after)


def _dismissed(wanted: HeldFilter, by: str, why: str, after: int) -> Moved:
    return dismiss(wanted, by=by, why=why, now=clock.now(), after=after)


def _move_all(move: Move, told: str) -> int:
    """Some thousand at a time, each step a commit of its own."""
    moved, after = 0, 0
    with _progress() as progress:
        task = progress.add_task(told, total=None)
        while (step := move(after)).records:
            moved, after = moved + step.records, step.last
            progress.update(task, description=f"{moved:,} {told}")
    return moved


def _wait(since: int, seconds: float) -> None:
    """Until nothing waits for the meter any more, or the time is over."""
    if seconds <= 0:
        click.echo("See what became of it with: wanhao usage quarantine show RECORD")
        return
    until = time.monotonic() + seconds
    with _progress() as progress:
        task = progress.add_task("waiting for the meter", total=None)
        while (seen := replay_progress(since)).waiting:
            if time.monotonic() > until:
                raise WanhaoError(
                    f"{seen.waiting:,} record(s) still wait for the meter.",
                    "See whether it runs with: wanhao usage status",
                )
            progress.update(task, description=f"{seen.waiting:,} wait for the meter")
            time.sleep(LOOK_EVERY)
    click.echo(_became(seen))


def _became(seen: ReplayProgress) -> str:
    counted = f"{seen.metered:,} metered, {seen.duplicate:,} duplicate"
    return f"{counted}, {seen.held:,} held again"


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)


def _line(record: HeldRecord) -> str:
    place = f"{record.file}:{record.row}"
    repaired = " (repaired)" if record.repaired else ""
    return f"{record.record_id:>8}  {record.reason:<16}  {place}  {record.text}{repaired}"


def _told(detail: HeldDetail) -> Iterator[str]:
    record = detail.record
    yield f"{'record':<10}{record.record_id}, row {record.row} of {record.file}"
    yield f"{'state':<10}{record.state}"
    yield f"{'reason':<10}{record.reason}"
    yield f"{'came':<10}{record.at:%Y-%m-%d %H:%M:%S} UTC"
    yield f"{'came as':<10}{detail.came_as}"
    if record.repaired:
        yield f"{'is now':<10}{record.text}"
    yield from map(_step, detail.steps)


def _step(step: QuarantineStepView) -> str:
    who = f"by {step.by}" if step.by else f"in batch {step.batch}"
    why = f", because {step.why}" if step.why else ""
    held = f", held for {step.reason}" if step.kind.value == "held" else ""
    return f"{step.at:%Y-%m-%d %H:%M:%S} UTC  {step.kind} {who}{held}{why}"
