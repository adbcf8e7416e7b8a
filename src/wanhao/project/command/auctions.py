"""`wanhao auctions`: lucky numbers are put up for charity, seen, and withdrawn."""

import getpass
from datetime import timedelta

import click

from wanhao.billing.deposits import charity_fen
from wanhao.loyalty.auction_contracts import LotView
from wanhao.loyalty.auction_reading import bids_of, latest_lots, lot_of
from wanhao.loyalty.auction_rules import auction_terms
from wanhao.parties.queries import lines_by_id
from wanhao.project import clock
from wanhao.project.command.sessions import database
from wanhao.values.cycle import SHANGHAI
from wanhao.values.errors import WanhaoError
from wanhao.values.money import Money
from wanhao.values.msisdn import Msisdn
from wanhao.workflows import put_up_lot


@click.group()
def auctions() -> None:
    """Lucky numbers, auctioned for charity: put one up, see how it stands, withdraw it."""


@auctions.command("put-up")
@click.argument("number", type=int)
@click.option("--level", required=True, help="Its level, as L2: price to begin at, contract.")
@click.option("--days", type=click.IntRange(1), default=7, show_default=True)
@database()
def put_up(number: int, level: str, days: int) -> None:
    """Put a NUMBER up that nobody has; bidding ends so many days from now."""
    now = clock.now()
    ends = now + timedelta(days=days)
    value = Msisdn(number).value
    lot = put_up_lot.put_up_lot(value, level, ends, now, by=getpass.getuser())
    click.echo(_told(lot))


@auctions.command("list")
@database()
def list_lots() -> None:
    """List the latest lots, and what came together for charity."""
    for lot in latest_lots():
        click.echo(_told(lot))
    click.echo(f"{Money(charity_fen())} for {auction_terms().fund_en} so far.")


@auctions.command()
@click.argument("lot", type=int)
@database()
def show(lot: int) -> None:
    """Show a LOT with its bids, the highest first; who bid is masked."""
    view = lot_of(lot)
    if view is None:
        raise WanhaoError(f"There is no lot {lot}.", "See: wanhao auctions list.")
    click.echo(_told(view))
    each = f"{Money(view.minimum_fen)} a month at least, {Money(view.prestore_fen)} in advance"
    click.echo(f"deposit {Money(view.deposit_fen)}, step {Money(view.step_fen)}")
    click.echo(f"contract: {each}, {view.months} months")
    bids = bids_of(lot)
    numbers = lines_by_id([bid.line_id for bid in bids])
    for bid in bids:
        line = numbers.get(bid.line_id)
        who = Msisdn(line.number).masked if line else "***"
        won = "  won" if view.winner and view.winner.bid_id == bid.bid_id else ""
        at = bid.at.astimezone(SHANGHAI)
        click.echo(f"  {at:%Y-%m-%d %H:%M:%S}  {Money(bid.amount_fen)}  {who}{won}")


@auctions.command()
@click.argument("lot", type=int)
@click.option("--reason", required=True, help="Why; it is written down.")
@database()
def withdraw(lot: int, reason: str) -> None:
    """Take a LOT back that still takes bids; every deposit goes back at once."""
    ended = put_up_lot.withdraw_lot(lot, f"{reason} ({getpass.getuser()})", clock.now())
    click.echo(f"Lot {ended.lot_id} is withdrawn; {len(ended.bidders)} deposits went back.")


def _told(lot: LotView) -> str:
    best = Money(lot.best.amount_fen) if lot.best else f"from {Money(lot.start_fen)}"
    ends = lot.ends_at.astimezone(SHANGHAI)
    told = f"{lot.lot_id}  {lot.number}  {lot.level}  {lot.state.value}  {best}"
    told = f"{told}  {lot.bids} bids  ends {ends:%Y-%m-%d %H:%M}"
    if lot.right_until:
        told += f"  right until {lot.right_until.astimezone(SHANGHAI):%Y-%m-%d}"
    elif lot.pay_until and lot.winner:
        told += f"  to be paid until {lot.pay_until.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    return told
