"""`wanhao reminders preview`: what a change of a rule would have sent in a month."""

import json
from collections.abc import Iterator
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from wanhao.communications.preview_contracts import PreviewMethod, PreviewResult
from wanhao.parties.queries import cities
from wanhao.project import clock
from wanhao.project.command.sessions import database, refuse_without_database
from wanhao.values.cycle import Cycle
from wanhao.values.errors import WanhaoError
from wanhao.workflows.preview_rules import preview_rule


@click.command(name="preview")
@click.argument("rule")
@click.option("--set", "changes", multiple=True, help="NAME=VALUE, as threshold=70.")
@click.option("--cycle", type=int, help="As 202610; the month before this one unless given.")
def preview_command(rule: str, changes: tuple[str, ...], cycle: int | None) -> None:
    """Count what RULE would have sent in a month with other values; nothing is changed."""
    values = dict(map(value_of, changes))
    refuse_without_database()
    with database():
        now = clock.now()
        wanted = Cycle.of(now).previous.number if cycle is None else cycle
        columns = (TextColumn("living through the month again"), BarColumn(), TimeRemainingColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
            task = progress.add_task("", total=None)
            found = preview_rule(
                rule,
                values,
                wanted,
                now,
                lambda done, of: progress.update(task, completed=done, total=of),
            )
        for line in told(found):
            click.echo(line)


def value_of(told: str) -> tuple[str, Any]:
    """NAME=VALUE; numbers, true, false and lists are what they say, anything else is text."""
    name, equals, value = told.partition("=")
    if not equals:
        raise WanhaoError(f"'{told}' gives no value.", "Write it as NAME=VALUE.")
    try:
        return name.strip(), json.loads(value)
    except json.JSONDecodeError:
        return name.strip(), value.strip()


def told(found: PreviewResult) -> Iterator[str]:
    """The result in words, by city, with samples."""
    yield f"{found.rule} in {found.cycle}, messages before merging:"
    names = {city.code: city.name_en for city in cities()}
    yield f"  {'city':<16}{'as it is':>12}{'changed':>12}"
    for one in found.by_city:
        name = names.get(one.city, one.city or "line ended")
        yield f"  {name:<16}{one.before:>12,}{_figure(one.after):>12}"
    yield f"  {'all':<16}{found.now_count:>12,}{_figure(found.then_count):>12}"
    if found.method is PreviewMethod.DECIDED:
        yield "Told by the clock: this is what was really decided; the records say nothing of other"
        yield "days or thresholds."
    for sample in found.samples:
        yield f"  {sample.number}  {sample.text}"


def _figure(count: int | None) -> str:
    return "not known" if count is None else f"{count:,}"
