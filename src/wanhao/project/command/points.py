"""`wanhao points`: what accounts have, credit a month's points, clear what ended."""

from collections.abc import Iterator
from datetime import datetime

import click
from rich.console import Console
from rich.progress import Progress, TextColumn, TimeElapsedColumn

from wanhao.access.actions import record_read
from wanhao.loyalty.contracts import EntryKind, EntryView, PointsView, StarView
from wanhao.loyalty.queries import history, points_of, stars_of
from wanhao.parties.queries import accounts_by_reference, next_accounts
from wanhao.project import clock
from wanhao.project.command.sessions import database, refuse_without_database
from wanhao.values.cycle import SHANGHAI, Cycle
from wanhao.values.errors import WanhaoError
from wanhao.workflows.credit_points import credit_points
from wanhao.workflows.expire_points import expire_points

ACCOUNTS_A_STEP = 5_000
LATEST = 10
KIND_WORDS = {
    EntryKind.EARNED: "earned",
    EntryKind.REDEEMED: "redeemed",
    EntryKind.RETURNED: "returned",
    EntryKind.EXPIRED: "expired",
}


@click.group()
def points() -> None:
    """See an account's points; credit a month's; clear what ended."""


@points.command()
@click.argument("reference")
def show(reference: str) -> None:
    """Show what the account REFERENCE has and what ends when, and its star; this is recorded."""
    refuse_without_database()
    with database():
        account_id = accounts_by_reference([reference]).get(reference)
        if account_id is None:
            raise WanhaoError(f"There is no account '{reference}'.", "Look its reference up.")
        now = clock.now()
        record_read(None, f"account {reference}", "points by command", now)
        has = points_of([account_id], now).get(account_id, PointsView(account_id=account_id))
        for line in _told(has, stars_of([account_id], now).get(account_id), history(account_id)):
            click.echo(line)


@points.command()
@click.option("--cycle", type=int, help="As 202611; the month before this one unless given.")
def credit(cycle: int | None) -> None:
    """Credit the points of a month's paid bills, once to each account."""
    refuse_without_database()
    with database():
        now = clock.now()
        wanted = _closed_cycle(cycle, now)
        accounts, total = _credit_all(wanted, now)
    click.echo(f"{total:,} points of {wanted} credited to {accounts:,} accounts")


@points.command()
def expire() -> None:
    """Clear points that were good until a 31 December that is over."""
    refuse_without_database()
    with database():
        cleared = expire_points(clock.now())
    click.echo(f"{cleared:,} batches of points cleared")


def _told(has: PointsView, star: StarView | None, movements: tuple[EntryView, ...]) -> list[str]:
    ends = [f"  {one.points:>12,}  of {one.year}, until {one.expires}" for one in has.batches]
    return [
        f"{'points':<10}{has.points:,}",
        *ends,
        *(_star_told(star) if star else [f"{'star':<10}none yet"]),
        *[_movement_told(entry) for entry in movements[:LATEST]],
    ]


def _star_told(star: StarView) -> Iterator[str]:
    until = star.ends_at.astimezone(SHANGHAI)
    yield f"{'star':<10}{star.name_en}, growth {star.growth:,}, until {until:%Y-%m-%d %H:%M}"
    for right in star.rights:
        left = "as often as wanted" if right.left is None else f"{right.left} of {right.times} left"
        yield f"  {right.name_en}: {f'{right.percent} %' if right.percent else left}"


def _movement_told(entry: EntryView) -> str:
    why = f"of {entry.cycle}" if entry.cycle else f"{entry.item} {entry.reference}".strip()
    return f"{entry.day}  {entry.points:>+12,}  {KIND_WORDS[entry.kind]} {why}".rstrip()


def _closed_cycle(number: int | None, now: datetime) -> int:
    last = Cycle.of(now).previous.number
    if number is None:
        return last
    if not 2000_01 <= number <= last or not 1 <= number % 100 <= 12:
        raise WanhaoError(
            f"{number} is not a month that is over.", f"Give one as {last}, the last of them."
        )
    return number


def _credit_all(cycle: int, now: datetime) -> tuple[int, int]:
    accounts, total, seen, after = 0, 0, 0, 0
    columns = (TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("looking at the accounts", total=None)
        while account_ids := next_accounts(after, ACCOUNTS_A_STEP):
            credited = credit_points(cycle, account_ids, now)
            accounts, total = accounts + credited.accounts, total + credited.points
            seen, after = seen + len(account_ids), account_ids[-1]
            told = f"{seen:,} accounts seen, {total:,} points credited"
            progress.update(task, description=told)
    return accounts, total
