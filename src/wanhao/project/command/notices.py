"""`wanhao notices`: tell the lines of a place of planned works or of fraud, or take it back."""

import getpass
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import click

from wanhao.communications.notice_contracts import NewNotice, NoticeKind, NoticeText, NoticeView
from wanhao.communications.notices import notices as latest_notices
from wanhao.communications.notices import withdraw_notice
from wanhao.project import clock
from wanhao.project.command.sessions import database, refuse_without_database
from wanhao.project.env import environment
from wanhao.values.cycle import SHANGHAI
from wanhao.values.errors import WanhaoError
from wanhao.workflows.send_notice import preview_notice, send_notice

TIME = click.DateTime(["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"])
NUMBERS = click.Path(exists=True, dir_okay=False, path_type=Path)
DIGITS = 11
city_option = click.option("--city", default="", help="Its lines: code, Chinese or English name.")
numbers_option = click.option(
    "--numbers", type=NUMBERS, help="Or these lines: a file with one number a line."
)
yes_option = click.option("--yes", is_flag=True, help="Send without asking.")


@click.group()
def notices() -> None:
    """Tell the lines of a place of planned works or of fraud; see and take back notices."""


@notices.command()
@city_option
@numbers_option
@click.option("--from", "starts", type=TIME, required=True, help="In Shanghai: 2026-11-26 00:00.")
@click.option("--until", "ends", type=TIME, required=True, help="When all works again.")
@click.option("--what-zh", required=True, help="What may fail, in Chinese.")
@click.option("--what-en", required=True, help="What may fail, in English.")
@click.option("--place-zh", default="", help="Where; the city's name if left out.")
@click.option("--place-en", default="", help="Where, in English.")
@click.option("--urgent", default="", help="Why it is told less than 72 hours before.")
@yes_option
def works(
    city: str, numbers: Path | None, starts: datetime, ends: datetime, yes: bool, **words: str
) -> None:
    """Announce planned works, 72 hours before they begin."""
    notice = NewNotice(
        kind=NoticeKind.WORKS,
        city=city,
        numbers=_read(numbers),
        starts_at=starts.replace(tzinfo=SHANGHAI),
        ends_at=ends.replace(tzinfo=SHANGHAI),
        urgent_reason=words["urgent"],
        what_zh=words["what_zh"],
        what_en=words["what_en"],
        place_zh=words["place_zh"],
        place_en=words["place_en"],
    )
    _send(notice, yes)


@notices.command()
@city_option
@numbers_option
@click.option("--risk", is_flag=True, help="They were called by somebody suspected.")
@yes_option
def fraud(city: str, numbers: Path | None, risk: bool, yes: bool) -> None:
    """Warn of fraud."""
    _send(
        NewNotice(kind=NoticeKind.FRAUD, city=city, numbers=_read(numbers), risk=risk),
        yes,
    )


@notices.command("list")
def list_command() -> None:
    """List the latest notices: how far each is, who sent it."""
    refuse_without_database()
    with database():
        found = latest_notices()
    for view in found:
        click.echo(notice_line(view))
    if not found:
        click.echo("no notice was ever sent")


@notices.command()
@click.argument("notice", type=int)
def withdraw(notice: int) -> None:
    """Take NOTICE back: who was not sent it yet never is."""
    refuse_without_database()
    with database():
        count = withdraw_notice(notice, getpass.getuser(), clock.now())
    click.echo(f"notice {notice} is withdrawn; {count:,} messages that waited are not sent")


def notice_line(view: NoticeView) -> str:
    """A notice as it stands in the list."""
    notice = view.notice
    place = notice.place_zh or notice.city or f"{len(notice.numbers):,} numbers"
    time = ""
    if notice.starts_at and notice.ends_at:
        times = (one.astimezone(SHANGHAI) for one in (notice.starts_at, notice.ends_at))
        time = " to ".join(f"{one:%Y-%m-%d %H:%M}" for one in times) + "  "
    return (
        f"{view.notice_id:>6}  {notice.kind.value:<6}{view.state.value:<10}"
        f"{view.lines:>10,} lines  {time}{place}  by {view.by}"
    )


def preview_lines(texts: tuple[NoticeText, ...], numbers: int) -> Iterator[str]:
    """What would be sent, before it is: each text, to how many, as how many SMS."""
    for one in texts:
        yield one.text
        size = f"{len(one.text)} characters, {one.parts} SMS each"
        yield f"    {one.lines:,} lines in {one.language}: {size}, {one.lines * one.parts:,} in all"
    reached = sum(one.lines for one in texts)
    if numbers > reached:
        yield f"{numbers - reached:,} of the {numbers:,} numbers are nobody's here"


def _send(notice: NewNotice, yes: bool) -> None:
    refuse_without_database()
    with database():
        texts = preview_notice(notice, environment().sms_sign_off, clock.now())
        for line in preview_lines(texts, len(notice.numbers)):
            click.echo(line)
        if not any(one.lines for one in texts):
            raise WanhaoError("There is nobody to tell.", "Look the city or the numbers up.")
        if not yes:
            click.confirm("Send it?", abort=True)
        number = send_notice(notice, getpass.getuser(), clock.now())
    click.echo(f"notice {number} goes out; take it back with: wanhao notices withdraw {number}")


def _read(path: Path | None) -> tuple[int, ...]:
    """The numbers of a file, each once."""
    if path is None:
        return ()
    rows = [row.strip() for row in path.read_text().splitlines()]
    for place, row in enumerate(rows, start=1):
        if row and not (row.isdigit() and len(row) == DIGITS):
            raise WanhaoError(
                f"{path.name}:{place}: '{row}' is not a number.", "Give eleven digits a line."
            )
    return tuple(dict.fromkeys(int(row) for row in rows if row))
