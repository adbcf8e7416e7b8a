"""`wanhao credit`: how much an account may owe, and whether its service is stopped."""

import getpass
from datetime import datetime

import click

from wanhao.access.actions import record_read
from wanhao.billing.contracts import CreditLimitView, NewCreditLimit
from wanhao.billing.credit import credit_history, usual_limit_fen
from wanhao.billing.stop_contracts import StopView
from wanhao.billing.stops import stop_history
from wanhao.parties.queries import accounts_by_reference
from wanhao.project import clock
from wanhao.project.command.sessions import database, refuse_without_database
from wanhao.values.cycle import SHANGHAI
from wanhao.values.errors import WanhaoError
from wanhao.values.money import Money
from wanhao.workflows.set_credit_limits import set_credit_limits


@click.group()
def credit() -> None:
    """Credit limits of post-paid accounts, and stops for unpaid bills."""


@credit.command("set")
@click.argument("reference")
@click.option("--yuan", type=click.IntRange(0), help="The limit; the example's if left out.")
@click.option("--reason", required=True, help="Why this account may owe so much.")
def set_command(reference: str, yuan: int | None, reason: str) -> None:
    """Let the account with this REFERENCE owe so much from now on; 0 takes its limit away."""
    refuse_without_database()
    limit = usual_limit_fen() if yuan is None else yuan * 100
    with database():
        one = NewCreditLimit(
            account_id=_account(reference),
            limit_fen=limit,
            reason=reason,
            set_by=f"command:{getpass.getuser()}"[:64],
        )
        changed = set_credit_limits([one], clock.now())
    click.echo(f"account {reference}: {Money(limit)}" if changed else "nothing changed")


@credit.command("show")
@click.argument("reference")
def show_command(reference: str) -> None:
    """Show every limit and every stop of an account. The reading is recorded."""
    refuse_without_database()
    with database():
        account_id = _account(reference)
        record_read(None, f"account {reference}", "credit by command", clock.now())
        lines = [limit_line(view) for view in credit_history(account_id)]
        lines += [stop_line(view) for view in stop_history(account_id)]
    for line in lines or [f"account {reference} has no limit and was never stopped"]:
        click.echo(line)


def limit_line(view: CreditLimitView) -> str:
    """A limit with its time, who set it, and why."""
    until = _at(view.until) if view.until else "now"
    held = f"{_at(view.since)} to {until}"
    return f"limit {Money(view.limit_fen)}  {held}  {view.set_by}: {view.reason}"


def stop_line(view: StopView) -> str:
    """A stop with its time, and for what."""
    until = _at(view.lifted_at) if view.lifted_at else "now"
    return f"stopped  {_at(view.since)} to {until}  owed {Money(view.owed_fen)}, bill {view.cycle}"


def _account(reference: str) -> int:
    found = accounts_by_reference([reference]).get(reference)
    if found is None:
        raise WanhaoError(
            f"There is no account '{reference}'.", "Give the reference it was opened with."
        )
    return found


def _at(instant: datetime) -> str:
    return f"{instant.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
