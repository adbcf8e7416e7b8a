"""The `wanhao` command: one small file per group of commands, loaded when it is asked for."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from types import MappingProxyType
from typing import Any

import click
import psycopg
from django.db import Error as DatabaseError

from wanhao.project.command.sessions import start_django
from wanhao.values.errors import WanhaoError

DATABASE_REMEDY = (
    "See what is wrong with: wanhao doctor. Bring the database up to date with: wanhao migrate"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Where a command is written; `module.attribute`, and whether its module needs Django."""

    module: str
    attribute: str
    help: str
    with_django: bool = True


def _entry(module: str, attribute: str, told: str, *, with_django: bool = True) -> Entry:
    place = f"{__name__}.{module}"
    return Entry(module=place, attribute=attribute, help=told, with_django=with_django)


COMMANDS: Mapping[str, Entry] = MappingProxyType(
    {
        "up": _entry("up", "up", "Run everything, with the demo world.", with_django=False),
        "web": _entry("processes", "web", "Serve the pages."),
        "worker": _entry("processes", "worker", "Release what is due."),
        "meter": _entry("processes", "meter", "Count the usage files that are dropped."),
        "sms": _entry("sms", "sms", "Send messages to the SMSC and take its receipts; a test."),
        "parties": _entry("parties", "parties", "Import customers; see the imports so far."),
        "usage": _entry("usage", "usage", "Hand over usage files; see how counting stands."),
        "archive": _entry("archive", "archive", "Every record: compact, hold, check, export."),
        "reminders": _entry("reminders", "reminders", "Rules: see, check, change; explain."),
        "ledger": _entry("ledger", "ledger", "Statements, trial balance, check; issue vouchers."),
        "credit": _entry("credit", "credit", "Credit limits; stops for unpaid bills."),
        "bills": _entry("bills", "bills", "Issue bills; show one; check them; ask for invoices."),
        "billing": _entry("billing", "billing", "Who does the billing; the link to a foreign one."),
        "payments": _entry("payments", "payments", "WeChat Pay, Alipay: refund, reconcile."),
        "catalogue": _entry("catalogue", "catalogue", "Check, load and list what is on sale."),
        "line": _entry("line", "line", "Keep a number; lost and found; service for a while."),
        "network": _entry(
            "network", "network", "What the network lets lines do; compare, send again."
        ),
        "outlets": _entry("outlets", "outlets", "Halls, agents' points, hotspots: import, find."),
        "terminal": _entry("terminal", "terminal", "Self-service terminals of halls."),
        "staff": _entry("staff", "staff", "Units, and the roles employees hold."),
        "care": _entry("care", "care", "Visits of people with special needs."),
        "auctions": _entry("auctions", "auctions", "Put lucky numbers up; see, withdraw them."),
        "points": _entry("points", "points", "See points; credit a month; clear what ended."),
        "notices": _entry("notices", "notices", "Tell a place of planned works or of fraud."),
        "menu": _entry("menu", "menu", "What customers can ask for: list, ask, confirm, matrix."),
        "assistant": _entry(
            "assistant", "assistant", "Answer AI assistants; issue and revoke their tokens."
        ),
        "demo": _entry("demo", "demo", "The demo operator: its world, traffic and SMSC."),
        "doctor": _entry(
            "doctor", "doctor", "Say what is wrong and what to do.", with_django=False
        ),
        "migrate": _entry("database", "migrate", "Bring the database up to date."),
        "manage": _entry("database", "manage", "Run one of Django's management commands."),
    }
)


class Commands(click.Group):
    """Loads a command's file only when that command is used, and tells errors in plain words."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        if entry.with_django:
            start_django()
        found = getattr(import_module(entry.module), entry.attribute)
        assert isinstance(found, click.Command)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.help) for name, entry in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except WanhaoError as error:
            raise Refusal(error.message, error.remedy) from error
        except (DatabaseError, psycopg.Error) as error:
            told = str(error).strip().split("\n", 1)[0]
            raise Refusal(f"The database refused: {told}", DATABASE_REMEDY) from error
        except BrokenPipeError:
            raise  # whoever read our words has heard enough, as in: wanhao usage status | head -1
        except OSError as error:
            told = f"{error.strerror or error}: {error.filename or 'no file'}"
            raise Refusal(told, "See what is wrong with: wanhao doctor") from error


class Refusal(click.ClickException):
    """A failure told in two sentences: what happened, and what to do."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy

    def show(self, file: Any = None) -> None:
        click.secho(self.message, fg="red", err=True)
        if self.remedy:
            click.echo(self.remedy, err=True)


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="wanhao", message="wanhao %(version)s")
def main() -> None:
    """wanhao 万号: counts usage and tells customers before it hurts."""


if __name__ == "__main__":
    sys.exit(main())
