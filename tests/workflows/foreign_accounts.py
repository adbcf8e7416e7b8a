"""Accounts of an operator that keeps a billing of its own."""

from datetime import UTC, datetime

from tests.parties.examples import a_line, an_account
from tests.workflows.told_facts import told_facts
from wanhao.parties.contracts import OpenedAccount
from wanhao.usage.contracts import Fact, FundsFact, GroupFact
from wanhao.workflows.open_accounts import AccountOrder, open_accounts

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
NUMBERS = {"A1": 16907910001, "A2": 16907910002, "A3": 16907910003}


def opened(*references: str) -> list[OpenedAccount]:
    """Accounts of one line each, opened without money."""
    return open_accounts(
        [
            AccountOrder(
                account=an_account(name, (a_line(NUMBERS[name]),)),
                offering_codes=("custom-prepaid-19",),
            )
            for name in references
        ],
        NOW,
    )


def told_since(before: int) -> list[Fact]:
    """Facts about groups and money behind the first so many."""
    return [fact for fact in told_facts()[before:] if isinstance(fact, GroupFact | FundsFact)]
