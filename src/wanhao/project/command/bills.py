"""`wanhao bills`: issue the bills of closed months, show one, and hold them against the ledger."""

from datetime import datetime
from pathlib import Path

import click
from django.conf import settings
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from wanhao.access.actions import record_read
from wanhao.billing.bills.checking import check_bills
from wanhao.billing.bills.contracts import BillView, CheckedCycle, Payer, RunState, RunView
from wanhao.billing.bills.einvoice_http import HttpEInvoices
from wanhao.billing.bills.einvoices import invoice_bill
from wanhao.billing.bills.figures import month_name
from wanhao.billing.bills.pdf import bill_pdf, period
from wanhao.billing.bills.ports import Buyer
from wanhao.billing.bills.queries import bill
from wanhao.billing.bills.table import bill_csv
from wanhao.billing.bills.wording import sections
from wanhao.parties.contracts import Language
from wanhao.parties.queries import account_count
from wanhao.project import clock
from wanhao.project.command.months import CYCLE
from wanhao.project.command.sessions import (
    database,
    refuse_without_database,
    stopped_by_signals,
)
from wanhao.project.env import environment
from wanhao.values.cycle import Cycle
from wanhao.values.errors import WanhaoError
from wanhao.values.money import Money
from wanhao.workflows.find_payer import find_payer
from wanhao.workflows.issue_bills import Pace, cycles_to_bill, issue_cycle

TO_FILE = click.Path(path_type=Path, dir_okay=False, writable=True)


@click.group()
def bills() -> None:
    """Issue bills of closed months; show one; hold them against the ledger."""


@bills.command()
@click.option("--cycle", type=CYCLE, help="The month, as 202611; every closed one if left out.")
def run(cycle: int | None) -> None:
    """Issue the bills of closed months; goes on where an earlier run was broken off."""
    refuse_without_database()
    with database():
        cycles = (cycle,) if cycle else cycles_to_bill()
        if not cycles:
            click.echo("every closed month has its bills")
        for one in cycles:
            click.echo(run_line(_run(one)))


@bills.command()
@click.argument("reference")
@click.option("--cycle", type=CYCLE, help="The month, as 202611; the last one if left out.")
@click.option("--csv", "as_csv", type=TO_FILE, help="Write the lines to this file.")
@click.option("--pdf", "as_pdf", type=TO_FILE, help="Write the bill to this file.")
@click.option("--english", is_flag=True, help="In English; in Chinese if left out.")
def show(
    reference: str, cycle: int | None, as_csv: Path | None, as_pdf: Path | None, english: bool
) -> None:
    """Show the bill of the account with this REFERENCE. The reading is recorded."""
    now = clock.now()
    language = Language.EN if english else Language.ZH
    wanted = cycle or Cycle.of(now).previous.number
    refuse_without_database()
    with database():
        payer, found = read_bill(reference, wanted, now)
    if as_csv:
        as_csv.write_text(bill_csv(found, payer, language), encoding="utf-8", newline="")
    if as_pdf:
        as_pdf.write_bytes(bill_pdf(found, payer, settings.LETTERHEAD, language))
    if not as_csv and not as_pdf:
        _say(bill_lines(found, payer, language))


@bills.command()
@click.option("--cycle", type=CYCLE, required=True, help="The month, as 202611.")
def check(cycle: int) -> None:
    """Hold a month's bills against what the ledger charged, account by account."""
    refuse_without_database()
    with database():
        found = check_bills(cycle)
    _say(check_lines(found))
    if not found.holds:
        raise WanhaoError(
            f"The bills of {cycle} are not what the ledger charged.",
            "Send none of them out before the accounts named above were looked at.",
        )


@bills.command()
@click.argument("reference")
@click.option("--cycle", type=CYCLE, help="The month, as 202611; the last one if left out.")
@click.option("--title", required=True, help="To whom the invoice is made out.")
@click.option("--tax-id", default="", help="Tax id of a company; a person has none.")
def invoice(reference: str, cycle: int | None, title: str, tax_id: str) -> None:
    """Ask for the e-invoice of a bill at WANHAO_EINVOICE_URL, once for each bill."""
    env, now = environment(), clock.now()
    if not env.einvoice_url:
        raise WanhaoError(
            "Nobody issues e-invoices here.", "Set WANHAO_EINVOICE_URL to who does, then try again."
        )
    refuse_without_database()
    with database():
        _, found = read_bill(reference, cycle or Cycle.of(now).previous.number, now)
        issuer = HttpEInvoices(env.einvoice_url, env.einvoice_seller_tax_id)
        told = invoice_bill(found, Buyer(title=title, tax_id=tax_id), issuer, now)
    _say([f"{'invoice':<12}{told.code} {told.number}", f"{'file':<12}{told.url}"])


def _run(cycle: int) -> RunView:
    """Issue a month's bills under a progress bar; Ctrl-C stops after the chunk in hand."""
    stop = stopped_by_signals()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True)) as progress:
        task = progress.add_task(f"bills of {cycle}", total=account_count())
        pace = Pace(
            due_day=environment().bill_due_day,
            told=lambda run: progress.update(task, completed=run.accounts),
            stopped=stop.is_set,
        )
        return issue_cycle(cycle, clock.now, pace)


def read_bill(reference: str, cycle: int, now: datetime) -> tuple[Payer, BillView]:
    """The bill of an account and whom it is for; WanhaoError when there is none."""
    account_id, payer = find_payer(reference)
    found = bill(account_id, cycle)
    if found is None:
        raise WanhaoError(
            f"Account {reference} has no bill of {cycle}.",
            "Bills are issued when a month was closed, 72 hours after its end.",
        )
    record_read(None, f"account {reference}", "bill", now)
    return payer, found


def run_line(run: RunView) -> str:
    """What a run came to, in one line."""
    told = "issued" if run.state is RunState.FINISHED else "broken off; run it again to go on"
    return f"{run.cycle}: {run.bills:,} bills of {Money(run.total_fen)}, {told}"


def bill_lines(found: BillView, payer: Payer, language: Language) -> list[str]:
    """A bill as text: whom it is for, every line with its notes, and the sum."""
    lines = [
        f"{month_name(found.cycle, language)}  {period(found.cycle, language)}",
        f"{payer.reference}  {payer.name}  {'  '.join(payer.numbers.values())}",
    ]
    for section in sections(found.lines, language):
        lines.append("")
        lines.append(f"{section.title}  {section.amount}")
        for line in section.lines:
            lines.append(f"  {line.amount:>12}  {line.title}")
            lines.extend(f"{'':16}{note}" for note in line.notes)
            lines.extend(
                f"{'':16}{one.name} {one.used} / {one.included}" for one in line.allowances
            )
    return [*lines, "", f"= {Money(found.total_fen)}"]


def check_lines(found: CheckedCycle) -> list[str]:
    """What was compared, and the accounts that differ."""
    lines = [
        f"{'bills':<12}{found.bills:,}",
        f"{'bills':<12}{Money(found.bills_fen)}",
        f"{'ledger':<12}{Money(found.ledger_fen)}",
    ]
    told = ", ".join(str(account_id) for account_id in found.unequal)
    return [*lines, f"{'unequal':<12}{told or 'none'}"]


def _say(lines: list[str]) -> None:
    for line in lines:
        click.echo(line)
