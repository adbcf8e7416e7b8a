"""Waiting until files that were handed over are taken in, and telling what became of each."""

import time
from collections.abc import Sequence
from datetime import datetime

import click
from rich.console import Console

from wanhao.project import clock
from wanhao.project.env import environment
from wanhao.project.inbox import HandedOver
from wanhao.project.postgres import EmbeddedPostgres
from wanhao.usage.file_contracts import FileOutcome
from wanhao.usage.queries import file_outcomes, meter_status, quarantined_since
from wanhao.values.errors import WanhaoError

POLL_SECONDS = 0.5
NOBODY_COUNTS = "The meter does not run; until it does the files wait. Start it with: wanhao up"


def wait_until_taken(files: Sequence[HandedOver], seconds: float, since: datetime) -> None:
    """Return when all left the inbox and were counted; refuse when one could not be.

    The meter moves a file out of the inbox once its effects are committed.
    """
    deadline = time.monotonic() + seconds
    if not _meter_runs():
        click.echo(NOBODY_COUNTS, err=True)
    with Console(stderr=True).status("") as shown:
        while waiting := [file for file in files if file.path.exists()]:
            if time.monotonic() > deadline:
                raise WanhaoError(
                    f"Not counted within {seconds:g} s: {_names(waiting)}.",
                    "See whether the meter runs: wanhao usage status",
                )
            shown.update(_how_far(waiting))
            time.sleep(POLL_SECONDS)
    _tell(files, since)


def outcome_line(outcome: FileOutcome, quarantined: int, since: datetime) -> str:
    """What became of a file, in one line."""
    if outcome.trouble:
        return f"refused: {outcome.trouble}"
    if outcome.finished_at is not None and outcome.finished_at < since:
        return f"{outcome.name}: counted before, so nothing of it was counted again"
    aside = f", {quarantined:,} of them put aside in quarantine" if quarantined else ""
    return f"{outcome.name}: {outcome.rows_done:,} rows taken in{aside}"


def _tell(files: Sequence[HandedOver], since: datetime) -> None:
    outcomes = file_outcomes([file.digest for file in files])
    for outcome in outcomes.values():
        click.echo(outcome_line(outcome, quarantined_since(outcome.name, since), since))
    refused = [file for file in files if file.digest in outcomes and outcomes[file.digest].trouble]
    if refused:
        raise WanhaoError(
            f"Not counted: {_names(refused)}.",
            f"What was refused lies in {refused[0].path.parent.parent / 'refused'}.",
        )
    click.echo("All were counted.")


def _how_far(waiting: Sequence[HandedOver]) -> str:
    """A word for the wait; the database is asked only where one runs."""
    rows = 0
    if _database_runs():
        rows = sum(o.rows_done for o in file_outcomes([file.digest for file in waiting]).values())
    return f"{len(waiting)} usage file(s) being counted, {rows:,} rows done"


def _meter_runs() -> bool:
    return _database_runs() and meter_status(clock.now()).alive


def _database_runs() -> bool:
    env = environment()
    return bool(env.database_url) or EmbeddedPostgres(env.data).answers()


def _names(files: Sequence[HandedOver]) -> str:
    return ", ".join(file.path.name for file in files)
