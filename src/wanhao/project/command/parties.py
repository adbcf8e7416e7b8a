"""`wanhao parties`: import an operator's customers; see the imports so far."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from wanhao.parties.importing.contracts import FAULT_TEXTS, FaultCount, RunView
from wanhao.parties.importing.queries import latest_runs
from wanhao.parties.importing.report import Report, report_path
from wanhao.project import clock
from wanhao.project.command.parties_contact import contact_command
from wanhao.project.command.sessions import database, refuse_without_database
from wanhao.values.errors import WanhaoError
from wanhao.workflows.import_parties import ImportOutcome, Watch, Wish, import_parties

ENCODINGS = ("utf-8", "gb18030", "gbk")


@click.group()
def parties() -> None:
    """Import customers, accounts, lines and what they hold; see the imports so far."""


parties.add_command(contact_command)


@parties.command("import")
@click.argument(
    "files",
    nargs=-1,
    required=True,
    metavar="FILE...",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
)
@click.option("--dry-run", is_flag=True, help="Only say what would happen; write nothing.")
@click.option("--strict", is_flag=True, help="Import nothing of a file that has a bad row.")
@click.option(
    "--encoding",
    type=click.Choice(ENCODINGS),
    default="utf-8",
    show_default=True,
    help="The encoding of CSV files.",
)
@click.option(
    "--report",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where to write the bad rows; beside each file if not said.",
)
@database()
def import_files(
    files: tuple[Path, ...], dry_run: bool, strict: bool, encoding: str, report: Path | None
) -> None:
    """Import customers from FILEs; one that was interrupted goes on where it stopped."""
    wish = Wish(
        encoding="gb18030" if encoding == "gbk" else encoding, dry_run=dry_run, strict=strict
    )
    refused = 0
    with ExitStack() as stack:
        shared = stack.enter_context(Report(report)) if report else None
        for file in files:
            outcome = _import(file, wish, shared)
            refused += outcome.refused
            for line in outcome_lines(outcome, wish):
                click.echo(line)
    if refused:
        raise WanhaoError(
            f"{refused} of {len(files)} file(s) refused: nothing of them was imported.",
            "Mend the rows that the report names, or import without --strict.",
        )


def _import(file: Path, wish: Wish, shared: Report | None) -> ImportOutcome:
    with ExitStack() as stack:
        report = shared or stack.enter_context(Report(report_path(file)))
        progress = stack.enter_context(_progress())
        outcome = import_parties(
            file,
            wish,
            tell=report.tell,
            watch=_watch(progress, file.name),
            clock=clock.now,
        )
    if outcome.faults:
        click.echo(f"Bad rows: {report.path}")
    return outcome


class _Rate(ProgressColumn):
    """Lines (or megabytes while reading) a second."""

    def render(self, task: Task) -> Text:
        if not task.speed:
            return Text("")
        if task.fields["step"] == "reading":
            return Text(f"{task.speed / 1e6:,.1f} MB/s")
        return Text(f"{task.speed:,.0f} lines/s")


def _progress() -> Progress:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        _Rate(),
        TimeRemainingColumn(),
    )
    return Progress(*columns, console=Console(stderr=True))


def _watch(progress: Progress, name: str) -> Watch:
    """Shows each step as a bar of its own."""
    tasks: dict[str, int] = {}

    def watch(step: str, done: int, total: int) -> None:
        if step not in tasks:
            tasks[step] = progress.add_task(f"{name}: {step}", total=total, step=step)
        progress.update(progress.task_ids[tasks[step]], completed=done, total=total)

    return watch


def outcome_lines(outcome: ImportOutcome, wish: Wish) -> Iterator[str]:
    """What became of a file in figures; its rows are always all that became of them."""
    would = "that would be " if wish.dry_run or outcome.refused else ""
    figures = {
        "rows": f"{outcome.rows:,} ({outcome.accounts:,} accounts)",
        f"lines {would}opened": f"{outcome.rows_opened:,} ({outcome.accounts_opened:,} accounts)",
        "rows that stood already": f"{outcome.rows_standing:,}",
        "rows left out": f"{outcome.rows_left_out:,}",
    }
    yield outcome.name
    if outcome.resumed_at:
        yield f"  went on after chunk {outcome.resumed_at}"
    for name, value in figures.items():
        yield f"  {name:<28}{value}"
    if outcome.ignored_columns:
        yield f"  {'columns ignored':<28}{', '.join(outcome.ignored_columns)}"
    yield from (f"    {_fault_line(count)}" for count in outcome.faults)


def _fault_line(count: FaultCount) -> str:
    samples = ", ".join(map(str, count.samples))
    more = ", ..." if count.rows > len(count.samples) else ""
    where = f"{count.field}: " if count.field else ""
    return f"{count.rows:>9,}  {where}{FAULT_TEXTS[count.fault].reason} (row {samples}{more})"


@parties.command()
def imports() -> None:
    """List the latest imports."""
    refuse_without_database()
    with database():
        runs = latest_runs()
    if not runs:
        click.echo("Nothing was imported yet.")
    for run in runs:
        click.echo(run_line(run))


def run_line(run: RunView) -> str:
    """An import in one line."""
    state = "interrupted" if run.state.value in ("reading", "opening") else run.state.value
    told = run.state.value if run.running else state
    done = f"{run.chunks_done}/{run.chunks} chunks" if run.chunks else "nothing read"
    return (
        f"{run.started_at:%Y-%m-%d %H:%M} UTC  {run.name}  {told}  {done}  "
        f"{run.rows:,} rows  {run.accounts_opened:,} accounts, {run.lines_opened:,} lines opened  "
        f"{run.rows_left_out:,} rows left out  {run.trouble}".rstrip()
    )
