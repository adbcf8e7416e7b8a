"""`wanhao archive`: what was counted, record by record: compact, hold, check, export it."""

import os
import pwd
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import click

from wanhao.project import clock
from wanhao.project.command.months import CYCLE
from wanhao.project.command.sessions import database, refuse_without_database
from wanhao.project.env import environment
from wanhao.usage.archive.checking import check_archive
from wanhao.usage.archive.daily import keep_archive
from wanhao.usage.archive.holds import Hold, hold, holds, release
from wanhao.usage.archive.keys import keyring
from wanhao.usage.archive.manifest import Manifest, load_manifest
from wanhao.usage.archive.rewinding import rewind
from wanhao.usage.details import kept_only_from
from wanhao.usage.exporting import export_month
from wanhao.usage.held import last_batch
from wanhao.usage.home import home
from wanhao.usage.lock import give_lock_back, take_lock
from wanhao.values.errors import WanhaoError
from wanhao.values.msisdn import Msisdn

GENTLY = 10
LONGEST_PURPOSE, LONGEST_NAME = 64, 32
DAY = click.DateTime(["%Y-%m-%d"])
_why = click.option("--why", required=True, help="Why, for whoever asks later.")


@click.group()
def archive() -> None:
    """Every record that was counted: see the archive, compact, hold, check and export it."""


@archive.command()
def status() -> None:
    """Show how much is archived, since when, and under which key."""
    refuse_without_database()
    with database():
        manifest, batches, held = load_manifest(home().archive), last_batch(), holds()
    for name, value in _figures(manifest, batches, held).items():
        click.echo(f"{name:<20}{value}")


@archive.command()
@click.option("--rewrite", is_flag=True, help="Write anew what is not under the key of now.")
@click.option("--gently", is_flag=True, help="Let everything else on this machine go first.")
def compact(rewrite: bool, gently: bool) -> None:
    """Put the days before today in order, and drop what is past its time; the meter does this in
    the small hours."""
    if gently:
        os.nice(GENTLY)
    refuse_without_database()
    with database():
        done = keep_archive(home(), clock.now(), environment().archive_months, rewrite=rewrite)
    rows = sum(part.rows for part in done.parts)
    click.echo(f"{rows:,} records of the batches up to {done.through} are compacted")


@archive.command(name="hold")
@click.argument("number", type=int)
@click.option("--from", "first", type=DAY, required=True, help="The first day, as 2026-11-01.")
@click.option("--until", "last", type=DAY, required=True, help="The last day, as 2026-11-30.")
@_why
def hold_(number: int, first: datetime, last: datetime, why: str) -> None:
    """Keep the records of NUMBER past their time, until the hold is released."""
    refuse_without_database()
    with database():
        made = hold(
            Msisdn(number).value,
            first.date(),
            last.date(),
            reason=why,
            by=_who(),
            now=clock.now(),
        )
        kept = load_manifest(home().archive).kept_from
    click.echo(f"hold {made.hold_id} keeps {_days(made)}")
    if first.date().isoformat() < kept:
        click.echo(f"What was dropped before is gone: all days from {kept} on are here.")


@archive.command(name="release")
@click.argument("hold_id", type=int, metavar="HOLD")
def release_(hold_id: int) -> None:
    """Let HOLD go; what is past its time is dropped with the next compaction."""
    refuse_without_database()
    with database():
        let_go = release(hold_id, by=_who(), now=clock.now())
    click.echo(f"hold {let_go.hold_id} is released: {_days(let_go)}")


@archive.command(name="holds")
def holds_() -> None:
    """List what is held, numbers masked."""
    refuse_without_database()
    with database():
        for one in holds():
            who = f"{one.by}, {one.made_at:%Y-%m-%d}: {one.reason}"
            click.echo(f"{one.hold_id:>6}  {Msisdn(one.number).masked}  {_days(one)}  {who}")


@archive.command()
@click.option("--whole", is_flag=True, help="Read every record and compare batch by batch.")
def check(whole: bool) -> None:
    """Compare the archive with what was metered; ends with 1 when something does not agree."""
    refuse_without_database()
    with database():
        checked = check_archive(home().archive, whole=whole)
    for name in ("metered", "compacted", "waiting", "dropped"):
        click.echo(f"{name:<20}{getattr(checked, name):,}")
    for told in checked.wrong:
        click.secho(told, fg="red")
    click.echo("All is there." if not checked.wrong else f"{len(checked.wrong)} do not agree.")
    sys.exit(1 if checked.wrong else 0)


@archive.command(name="rewind")
@click.option("--to", "folder", type=click.Path(path_type=Path), required=True)
def rewind_(folder: Path) -> None:
    """After an older backup of the database was restored: take what it does not know out of the
    archive, into usage files that can be delivered again."""
    refuse_without_database()
    with database():
        take_lock()
        try:
            rows = rewind(home().archive, last_batch(), folder)
        finally:
            give_lock_back()
    click.echo(f"{rows:,} records written to {folder}")


@archive.command()
@click.argument("number", type=int)
@click.argument("month", type=CYCLE)
@click.option(
    "--to", "file", type=click.Path(path_type=Path), required=True, help="A .csv or .parquet file."
)
@_why
def export(number: int, month: int, file: Path, why: str) -> None:
    """Write what NUMBER used in MONTH, as 202611, to a file; this is recorded."""
    refuse_without_database()
    with database():
        purpose = _purpose(month, why.strip())
        rows = export_month(
            Msisdn(number).value, month, file, login=None, purpose=purpose, now=clock.now()
        )
        kept = kept_only_from(month)
    click.echo(f"{rows:,} records written to {file}")
    if kept:
        click.echo(f"Before {kept} only what was held is kept: these may not be all of {month}.")


def _purpose(month: int, why: str) -> str:
    """What is recorded of an export: who asked, and why, whole."""
    known = f"export {month} by {_who()}, "
    if not why:
        raise WanhaoError("Nobody would know why this was read.", "Give a reason.")
    if len(known + why) > LONGEST_PURPOSE:
        room = LONGEST_PURPOSE - len(known)
        raise WanhaoError(
            f"The reason has {len(why)} characters; {room} are kept.", "Give a shorter one."
        )
    return known + why


def _who() -> str:
    """The user of this machine, as the system knows it, and who became that user with sudo."""
    user = os.getuid()
    try:
        name = pwd.getpwuid(user).pw_name
    except KeyError:
        name = str(user)
    behind = os.environ.get("SUDO_USER", "")
    return f"{name} for {behind}"[:LONGEST_NAME] if behind else name[:LONGEST_NAME]


def _figures(manifest: Manifest, newest: int, held: Sequence[Hold]) -> Mapping[str, str]:
    parts = manifest.parts
    days = sorted({part.day for part in parts if not part.holds})
    keys = sorted({part.key or "none" for part in parts})
    return {
        "archive": str(environment().data / "usage" / "archive"),
        "compacted": f"{sum(part.rows for part in parts):,} records,"
        f" {sum(part.octets for part in parts) / 1e9:,.2f} GB, through batch {manifest.through}",
        "days": f"{days[0]} to {days[-1]}" if days else "none yet",
        "parts": str(len(parts)),
        "waiting": f"batches {manifest.through + 1} to {newest}"
        if newest > manifest.through
        else "no batch",
        "dropped": f"{manifest.dropped:,} records from before {manifest.kept_from or 'any day'}",
        "held": f"{len(held)}",
        "written under key": keyring().current or "none: whoever reads the disk reads the records",
        "compacted under key": ", ".join(keys) or "nothing yet",
        "last compaction": manifest.until or "never",
    }


def _days(one: Hold) -> str:
    return f"{one.first_day} to {one.last_day}"
