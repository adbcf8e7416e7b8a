"""`wanhao billing`: who does the billing, and how the link to a foreign one stands."""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime

import click

from wanhao.billing.foreign.contracts import CHANGES, FeedView, ForeignStatus
from wanhao.billing.foreign.feeds import begin_anew, bills_feed, feed_cursor
from wanhao.billing.foreign.queries import foreign_status, lag_seconds, refused_payments
from wanhao.billing.ports import Billing
from wanhao.project import clock
from wanhao.project.billing import foreign_client
from wanhao.project.command.sessions import database, refuse_without_database
from wanhao.project.env import environment
from wanhao.values.cycle import Cycle
from wanhao.values.errors import WanhaoError
from wanhao.values.money import Money
from wanhao.workflows.import_bills import import_bills

SHOWN_REFUSALS = 20


@click.group()
def billing() -> None:
    """Who does the billing; how the link to a foreign one stands."""


@billing.command()
def status() -> None:
    """Show the source, its feeds, and payments that wait or were refused."""
    env = environment()
    if env.billing is Billing.OWN:
        click.echo("billing             own: charged, billed and paid here")
        return
    refuse_without_database()
    click.echo(f"{'billing':<20}foreign: {env.billing_url}")
    with database():
        for line in status_lines(foreign_status(), clock.now()):
            click.echo(line)
        for payment in refused_payments(SHOWN_REFUSALS):
            amount = Money(payment.amount_fen)
            click.echo(f"{'refused':<20}{payment.reference} {amount}: {payment.said}")


@billing.command(name="import")
@click.option("--cycle", type=int, help="The month, as 202610; without it the one before this.")
@click.option("--anew", is_flag=True, help="Read from the beginning: accounts were opened since.")
def import_(cycle: int | None, anew: bool) -> None:
    """Import the bills of a month from a foreign billing; bills that are here stay as they are."""
    if environment().billing is Billing.OWN:
        raise WanhaoError(
            "Billing is our own; there is nothing to import.",
            "WANHAO_BILLING=foreign and WANHAO_BILLING_URL name a billing to import from.",
        )
    now = clock.now()
    wanted = cycle or Cycle.of(now).previous.number
    if not 1 <= wanted % 100 <= 12 or not 200001 <= wanted <= Cycle.of(now).number:
        raise WanhaoError(f"{wanted} is not a month that has bills.", "Write it as 202610.")
    with database(), closing(foreign_client()) as client:
        feed = bills_feed(wanted)
        if anew:
            begin_anew(feed, feed_cursor(feed))
        new = known = unknown = different = 0
        step = None
        while step is None or step.more or not step.taken:
            step = import_bills(client, wanted, now)
            new, known = new + step.changes, known + step.repeated
            unknown, different = unknown + step.unknown, different + step.different
            click.echo(f"\r{new:,} imported", nl=False, err=True)
        click.echo("", err=True)
        click.echo(f"{'imported':<20}{new:,}")
        click.echo(f"{'here already':<20}{known:,}")
        click.echo(f"{'other than here':<20}{different:,}")
        click.echo(f"{'of nobody here':<20}{unknown:,}")


def status_lines(status: ForeignStatus, now: datetime) -> Iterator[str]:
    """The link in figures, a line for each."""
    lag = lag_seconds(status, CHANGES, now)
    yield f"{'lag':<20}{'never read to its end' if lag is None else f'{lag} s'}"
    for feed in status.feeds:
        yield from _feed_lines(feed)
    yield f"{'unknown accounts':<20}{status.unknown_accounts:,}"
    yield f"{'unknown numbers':<20}{status.unknown_numbers:,}"
    waiting = f"{status.waiting:,} ({Money(status.waiting_fen)})"
    if status.oldest_waiting_at is not None:
        waiting += f", the oldest since {status.oldest_waiting_at:%Y-%m-%d %H:%M:%S} UTC"
    yield f"{'payments waiting':<20}{waiting}"
    if status.waiting_because:
        yield f"{'waiting because':<20}{status.waiting_because}"
    yield f"{'payments refused':<20}{status.refused:,} ({Money(status.refused_fen)})"


def _feed_lines(feed: FeedView) -> Iterator[str]:
    figures = f"{feed.pages:,} pages, {feed.changes:,} changes, {feed.repeated:,} repeated"
    yield f"{feed.name:<20}{figures}, {feed.unknown:,} of nobody here; cursor {feed.cursor or '-'}"
    if feed.trouble:
        yield f"{'trouble':<20}{feed.trouble} ({feed.trouble_at:%Y-%m-%d %H:%M:%S} UTC)"
