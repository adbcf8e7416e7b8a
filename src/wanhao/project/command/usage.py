"""`wanhao usage`: hand over usage files, and see how the counting stands."""

from functools import partial
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

from wanhao.project import clock
from wanhao.project.command.sessions import database, refuse_without_database
from wanhao.project.command.usage_quarantine import quarantine
from wanhao.project.env import environment
from wanhao.project.inbox import check_names, hand_over
from wanhao.project.reading import serve_readers
from wanhao.project.waiting import wait_until_taken
from wanhao.usage.contracts import MeterStatus
from wanhao.usage.queries import meter_status, refused_files


@click.group()
def usage() -> None:
    """Hand over usage files; see how the counting stands; mend the quarantine."""


usage.add_command(quarantine)


@usage.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--wait", is_flag=True, help="Return when the files were counted; say how it went.")
@click.option("--seconds", default=600.0, show_default=True, help="Wait at most so long.")
def load(files: tuple[Path, ...], wait: bool, seconds: float) -> None:
    """Copy usage FILES into the inbox, each complete or not at all."""
    inbox, since = environment().inbox, clock.now()
    check_names(files, inbox)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    placed = []
    with Progress(*columns, console=Console(stderr=True)) as progress:
        for file in files:
            task = progress.add_task(file.name, total=file.stat().st_size)
            placed.append(hand_over(file, inbox, partial(progress.advance, task)))
    click.echo(f"{len(files)} usage file(s) handed over to {inbox}")
    if wait:
        wait_until_taken(placed, seconds, since)


@usage.command()
def status() -> None:
    """Show how many records were counted, and whether the meter runs."""
    refuse_without_database()
    with database():
        for line in status_lines(meter_status(clock.now()), refused_files()):
            click.echo(line)
    click.echo(f"{'inbox':<20}{environment().inbox}")


@usage.command()
def serve() -> None:
    """Answer other machines at WANHAO_METER_SERVE: where their customers stand."""
    serve_readers()


def status_lines(status: MeterStatus, refused: int) -> list[str]:
    """The counting in figures; what came in is always all that became of it.

    What waits is what the meter saw last, so it is not known while the meter does not run.
    """
    lag = "none yet" if status.lag_seconds is None else f"{status.lag_seconds:.1f} s"
    unknown = "not known while the meter does not run"
    commit = f"{status.last_commit_at:%Y-%m-%d %H:%M:%S} UTC" if status.last_commit_at else "never"
    figures = {
        "records in": f"{status.records_in:,}",
        "metered": f"{status.metered:,}",
        "duplicate": f"{status.duplicate:,}",
        "quarantined": f"{status.quarantined:,}",
        "records per second": f"{status.records_per_second:,.0f} (last minute)",
        "lag": lag if status.alive else unknown,
        "files waiting": str(status.waiting_files) if status.alive else unknown,
        "files refused": str(refused),
        "last batch": f"{status.last_batch} ({commit})",
        "meter": "runs" if status.alive else "does not run; start it with: wanhao up",
        "standby": _standbys(status) or "none",
    }
    return [f"{name:<20}{value}" for name, value in figures.items()]


def _standbys(status: MeterStatus) -> str:
    """Who stands by and how far each follows."""
    behind = ((one.name, max(status.last_batch - one.last_batch, 0)) for one in status.standbys)
    return ", ".join(f"{name} ({batches} batches behind)" for name, batches in behind)
