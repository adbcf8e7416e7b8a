"""`wanhao payments`: orders at WeChat Pay and Alipay, refunds, statements and differences."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from getpass import getuser

import click

from wanhao.billing.contracts import Channel
from wanhao.billing.order_contracts import CHANNELS, DifferenceView, OrderView, Reconciled
from wanhao.billing.orders.ports import connected_channels
from wanhao.billing.orders.queries import differences, notices_of, orders, refunds_of
from wanhao.billing.orders.queries import order as order_of
from wanhao.parties.queries import accounts_by_reference
from wanhao.project import clock
from wanhao.project.command.sessions import database, refuse_without_database
from wanhao.values.cycle import SHANGHAI
from wanhao.values.errors import WanhaoError
from wanhao.values.money import Money
from wanhao.workflows.reconcile_payments import reconcile_day, settle_by_person
from wanhao.workflows.refund_order import refund_order

DAY = click.DateTime(["%Y-%m-%d"])
LATEST = 30


@click.group()
def payments() -> None:
    """Payments by WeChat Pay and Alipay: orders, refunds, statements, differences."""


@payments.command("list")
def list_() -> None:
    """Show the channels that are connected, and the latest orders."""
    refuse_without_database()
    with database():
        names = ", ".join(connected_channels()) or "none"
        _say([f"channels: {names}", *(order_line(one) for one in orders(LATEST))])


@payments.command()
@click.argument("number")
def show(number: str) -> None:
    """Show the order with this NUMBER: what the channel said of it, and what went back."""
    refuse_without_database()
    with database():
        found = order_of(number)
        if found is None:
            raise WanhaoError(f"There is no order '{number}'.", "See: wanhao payments list")
        said = (
            f"  {_at(one.at)}  called: {one.verdict}  {one.body_hash[:12]}"
            for one in notices_of(number)
        )
        back = (
            f"  {_at(one.asked_at)}  refund {one.number}: {Money(one.amount_fen)} {one.state},"
            f" {one.reason} ({one.asked_by}) {one.said}".rstrip()
            for one in refunds_of(number)
        )
        _say([order_line(found), *said, *back])


@payments.command()
@click.argument("number")
@click.option("--amount", type=click.IntRange(1), required=True, help="In fen.")
@click.option("--reason", required=True, help="Why the money goes back.")
@click.option("--reference", help="Makes it happen once; a new one if left out.")
def refund(number: str, amount: int, reason: str, reference: str | None) -> None:
    """Give money of the order with this NUMBER back through its channel."""
    refuse_without_database()
    with database():
        once = reference or uuid.uuid4().hex
        made = refund_order(number, amount, reason, f"command {getuser()}", once, clock.now())
    _say([f"refund {made.number}: {Money(made.amount_fen)} {made.state} {made.said}".rstrip()])


@payments.command()
@click.argument("day", type=DAY)
@click.option(
    "--channel",
    type=click.Choice([channel.value for channel in CHANNELS]),
    help="One channel; each that is connected if left out.",
)
def reconcile(day: datetime, channel: str | None) -> None:
    """Hold the statement of DAY against our books; may be repeated."""
    refuse_without_database()
    with database():
        chosen = [Channel(channel)] if channel else list(connected_channels())
        for one in chosen:
            _say([reconciled_line(reconcile_day(one, day.date(), clock.now()))])


@payments.command("differences")
@click.option("--all", "everything", is_flag=True, help="Settled ones, too.")
def differences_(everything: bool) -> None:
    """Show where our books and a channel's differ."""
    refuse_without_database()
    with database():
        found = differences(LATEST, open_only=not everything)
        _say([difference_line(one) for one in found] or ["nothing differs"])


@payments.command()
@click.argument("difference", type=int)
@click.option("--note", required=True, help="What was found out.")
@click.option("--book", is_flag=True, help="Book what the customer really paid.")
@click.option("--account", help="Reference of the account it was paid for, if not the order's.")
def settle(difference: int, note: str, book: bool, account: str | None) -> None:
    """Settle the DIFFERENCE with this number, by a note or by booking it."""
    refuse_without_database()
    with database():
        account_id = accounts_by_reference([account]).get(account) if account else None
        if account and account_id is None:
            raise WanhaoError(f"There is no account '{account}'.", "Give its reference.")
        done = settle_by_person(
            difference,
            by=f"command {getuser()}",
            note=note,
            now=clock.now(),
            account_id=account_id,
            book=book,
        )
    _say([difference_line(done)])


def order_line(order: OrderView) -> str:
    """An order in a line; of whom it is stays out."""
    back = f", {Money(order.refunded_fen)} went back" if order.refunded_fen else ""
    return (
        f"{_at(order.begun_at)}  {order.number}  {order.channel:<7}"
        f"{Money(order.amount_fen)!s:>12}  {order.state}{back}"
    )


def reconciled_line(found: Reconciled) -> str:
    """What a day's statement came to."""
    return (
        f"{found.day} {found.channel}: {found.rows} rows, {found.matched} agree,"
        f" {found.open_differences} differences open; settled {Money(found.settled_fen)},"
        f" fees {Money(found.fees_fen)}"
    )


def difference_line(one: DifferenceView) -> str:
    """A difference in a line: what we have and what they have."""
    ours = "-" if one.ours_fen is None else str(Money(one.ours_fen))
    theirs = "-" if one.theirs_fen is None else str(Money(one.theirs_fen))
    settled = f"  settled by {one.settled_by}: {one.note}" if one.settled_at else ""
    return (
        f"{one.difference_id:>6}  {one.channel:<7}{one.kind:<16}{one.number}"
        f"  ours {ours}, theirs {theirs}{settled}"
    )


def _at(instant: datetime) -> str:
    return f"{instant.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def _say(told: Iterable[str]) -> None:
    for line in told:
        click.echo(line)
