"""`wanhao credit`: how much an account may owe, and where its service stands."""

import getpass
from datetime import datetime

import click

from wanhao.access.actions import record_read
from wanhao.billing.contracts import CreditLimitView, NewCreditLimit
from wanhao.billing.credit import usual_limit_fen
from wanhao.billing.stop_contracts import LineStopView, StopView
from wanhao.parties.queries import accounts_by_reference, lines_by_number
from wanhao.project import clock
from wanhao.project.command.sessions import database, refuse_without_database
from wanhao.values.cycle import SHANGHAI
from wanhao.values.errors import WanhaoError
from wanhao.values.money import Money
from wanhao.values.msisdn import Msisdn
from wanhao.workflows.set_credit_limits import set_credit_limits
from wanhao.workflows.show_credit import CreditStanding, credit_standing


@click.group()
def credit() -> None:
    """Credit limits of post-paid accounts, and stops of service."""


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
@click.argument("account")
def show_command(account: str) -> None:
    """Show where the service of an ACCOUNT (its reference, or a number in use) stands, why and
    since when, what comes next, and its history. The reading is recorded."""
    refuse_without_database()
    with database():
        account_id, now = _account(account), clock.now()
        record_read(None, f"account {account}", "credit by command", now)
        standing = credit_standing(account_id, now)
    for line in standing_lines(standing):
        click.echo(line)


def standing_lines(standing: CreditStanding) -> list[str]:
    """The state with its reason and what comes next, and then everything that was."""
    stop, grant, following = standing.stop, standing.grant, standing.next_step
    lines = [f"state    {standing.state}"]
    if stop is not None:
        owed = Money(stop.owed_fen)
        lines.append(f"why      {stop.reason}, {owed} when it stopped at {_at(stop.since)}")
    if grant is not None:
        lines.append(f"until    {_at(grant.until)}, then {stop.state if stop else 'active'} again")
    if following is not None:
        what = "to be announced from" if following.told else "at the earliest"
        waits = ", waits until it was told" if following.waits else ""
        lines.append(f"next     {following.to} {what} {_at(following.due_at)}{waits}")
    lines += [limit_line(view) for view in standing.limits]
    lines += [stop_line(view) for view in standing.stops]
    lines += [
        f"granted  {_at(one.since)} to {_at(one.ended_at or one.until)}" for one in standing.grants
    ]
    lines += [line_stop_line(number, one) for number, one in standing.line_stops]
    return lines


def line_stop_line(number: int, view: LineStopView) -> str:
    """A stop of one line with its time; the number is masked."""
    until = f"to {_at(view.lifted_at)}" if view.lifted_at else "to now"
    ends = f", ends {_at(view.until)}" if view.until and not view.lifted_at else ""
    return f"{view.kind}  {Msisdn(number).masked}  {_at(view.since)} {until}{ends}"


def limit_line(view: CreditLimitView) -> str:
    """A limit with its time, who set it, and why."""
    until = _at(view.until) if view.until else "now"
    held = f"{_at(view.since)} to {until}"
    return f"limit {Money(view.limit_fen)}  {held}  {view.set_by}: {view.reason}"


def stop_line(view: StopView) -> str:
    """A stop with its steps, and for what."""
    until = _at(view.lifted_at) if view.lifted_at else "now"
    two_way = f", two-way {_at(view.two_way_at)}" if view.two_way_at else ""
    ended = f", terminated {_at(view.terminated_at)}" if view.terminated_at else ""
    why = f"{view.reason} {Money(view.owed_fen)} of {view.cycle}"
    return f"stopped  {_at(view.since)} to {until}  {why}{two_way}{ended}"


def _account(reference: str) -> int:
    found = accounts_by_reference([reference]).get(reference)
    if found is None and reference.isdecimal():
        line = lines_by_number([int(reference)]).get(int(reference))
        found = line.account_id if line else None
    if found is None:
        raise WanhaoError(
            f"There is no account '{reference}'.",
            "Give the reference it was opened with, or a number in use.",
        )
    return found


def _at(instant: datetime) -> str:
    return f"{instant.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
