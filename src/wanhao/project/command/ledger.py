"""`wanhao ledger`: an account's statement, the operator's trial balance, and whether all agrees."""

import csv
import sys
from collections.abc import Iterable
from datetime import date, datetime

import click

from wanhao.access.actions import record_read
from wanhao.billing.books import CHART
from wanhao.billing.contracts import LedgerCheck, Statement, TrialBalance
from wanhao.billing.statements import check_ledger, statement, trial_balance
from wanhao.billing.vouchers import issue_vouchers
from wanhao.parties.queries import accounts_by_reference
from wanhao.project import clock
from wanhao.project.command.sessions import database, refuse_without_database
from wanhao.values.cycle import SHANGHAI
from wanhao.values.errors import WanhaoError
from wanhao.values.money import Money

DAY = click.DateTime(["%Y-%m-%d"])
COLUMNS = ("at", "what", "why", "kind", "amount", "balance")


@click.group()
def ledger() -> None:
    """Statements, the trial balance, and whether every balance is the sum of its postings."""


@ledger.command("statement")
@click.argument("reference")
@click.option("--from", "first", type=DAY, help="First day; the first of this month if left out.")
@click.option("--to", "last", type=DAY, help="Last day, included; today if left out.")
@click.option("--csv", "as_csv", is_flag=True, help="The lines as CSV, amounts in yuan.")
def statement_command(
    reference: str, first: datetime | None, last: datetime | None, as_csv: bool
) -> None:
    """Show every movement of the account with this REFERENCE. The reading is recorded."""
    now = clock.now()
    until = last.date() if last else now.astimezone(SHANGHAI).date()
    since = first.date() if first else until.replace(day=1)
    if since > until:
        raise WanhaoError("The first day comes after the last.", "Give --from a day before --to.")
    refuse_without_database()
    with database():
        found = read_statement(reference, since, until, now)
    write_csv(found) if as_csv else _say(statement_lines(found))


@ledger.command("trial-balance")
@click.option("--at", type=DAY, help="At the end of this day; now if left out.")
def trial_balance_command(at: datetime | None) -> None:
    """Show what was written into every book, debit and credit."""
    refuse_without_database()
    with database():
        _say(trial_balance_lines(trial_balance(_end_of(at.date()) if at else clock.now())))


@ledger.command()
def check() -> None:
    """Compare every balance with its postings, and every transaction with zero."""
    refuse_without_database()
    with database():
        found = check_ledger()
    _say(check_lines(found))
    if found.faults:
        raise WanhaoError(
            "The ledger does not agree.",
            "Stop taking payments and restore the balances from the journal before going on.",
        )


@ledger.command()
@click.argument("batch")
@click.option("--count", type=click.IntRange(1, 1_000_000), required=True, help="How many.")
@click.option("--fen", type=click.IntRange(1), required=True, help="Face value in fen.")
@click.option("--until", type=DAY, required=True, help="The last day they can be redeemed on.")
def vouchers(batch: str, count: int, fen: int, until: datetime) -> None:
    """Issue a BATCH of vouchers and print their codes, which are told only this once."""
    refuse_without_database()
    with database():
        now, end = clock.now(), _end_of(until.date())
        codes = issue_vouchers(batch=batch, count=count, face_fen=fen, expires_at=end, now=now)
    _say(codes)


def read_statement(reference: str, first: date, last: date, now: datetime) -> Statement:
    """An account's statement by its reference; the reading is recorded first."""
    account_id = accounts_by_reference([reference]).get(reference)
    if account_id is None:
        raise WanhaoError(
            f"There is no account '{reference}'.", "Give the reference it was opened with."
        )
    record_read(None, f"account {reference}", "statement by command", now)
    return statement(account_id, reference, first, last)


def statement_lines(found: Statement) -> list[str]:
    """A statement as it is read: opening, what moved and why, closing, and what is there now."""
    rows = [
        f"{line.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}  {line.what:<12}{line.kind:<11}"
        f"{Money(line.amount_fen)!s:>14}{Money(line.balance_fen)!s:>14}  {line.why}"
        for line in found.lines
    ]
    has = [f"{'now ' + view.kind:<24}{Money(view.amount_fen)!s:>31}" for view in found.balances]
    return [
        f"account {found.reference}, {found.first_day} to {found.last_day}",
        f"{'opening':<41}{Money(found.opening_fen)!s:>28}",
        *rows,
        f"{'closing':<41}{Money(found.closing_fen)!s:>28}",
        *has,
    ]


def trial_balance_lines(found: TrialBalance) -> list[str]:
    """Every book with both sides, and whether the sides are equal."""
    rows = [
        f"{CHART[total.book].number}  {total.book:<24}"
        f"{Money(total.debit_fen)!s:>20}{Money(total.credit_fen)!s:>20}"
        for total in found.books
    ]
    return [
        f"{'book':<30}{'debit':>20}{'credit':>20}",
        *rows,
        f"{'sum':<30}{Money(found.debit_fen)!s:>20}{Money(found.credit_fen)!s:>20}",
        "both sides are equal" if found.holds else "THE SIDES DIFFER",
    ]


def check_lines(found: LedgerCheck) -> list[str]:
    """What was compared, and each fault with what is kept and what its postings come to."""
    faults = [
        f"{fault.where}: {Money(fault.kept_fen)} is kept, its postings are {Money(fault.sum_fen)}"
        for fault in found.faults
    ]
    verdict = "every one agrees with its postings"
    return [
        f"{found.balances:,} balances and {found.transactions:,} transactions compared",
        *(faults or [verdict]),
    ]


def write_csv(found: Statement) -> None:
    """The lines of a statement on standard output, amounts in yuan with two decimals."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(COLUMNS)
    for line in found.lines:
        at = line.at.astimezone(SHANGHAI).isoformat(timespec="seconds")
        amounts = (_yuan(line.amount_fen), _yuan(line.balance_fen))
        writer.writerow([at, line.what, line.why, line.kind, *amounts])


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line)


def _yuan(fen: int) -> str:
    return str(Money(fen)).replace("¥", "").replace(",", "")


def _end_of(day: date) -> datetime:
    """The last instant of a day in Asia/Shanghai."""
    return datetime(day.year, day.month, day.day, 23, 59, 59, 999_999, tzinfo=SHANGHAI)
