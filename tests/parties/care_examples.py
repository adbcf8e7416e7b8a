"""A mother and her daughter, a stranger, and the worker that keeps what was promised."""

from datetime import UTC, datetime
from typing import Any

from tests.parties.examples import a_line, an_account
from wanhao.parties.actions import open_accounts
from wanhao.parties.care import register_care
from wanhao.parties.care_contracts import CareReason, CareView, NewCare, Relation
from wanhao.parties.queries import lines_by_number
from wanhao.project.keepers import SLOW
from wanhao.promises.actions import keep_due
from wanhao.values.cycle import SHANGHAI

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
MOTHER, DAUGHTER, STRANGER = 16907910001, 16907910002, 16907910003
ADDRESS = "样例路1号"


def open_family() -> None:
    """A line each."""
    numbers = (MOTHER, DAUGHTER, STRANGER)
    open_accounts([an_account(f"A{number}", (a_line(number),)) for number in numbers])


def line(number: int = MOTHER) -> int:
    """The id of a line."""
    return lines_by_number([number])[number].line_id


def registered(by: int = DAUGHTER, now: datetime = NOW, **other: Any) -> CareView:
    """The mother, registered by somebody."""
    given: dict[str, Any] = {
        "person_line": line(),
        "asked_line": line(by),
        "relation": Relation.PARENT,
        "reason": CareReason.ALONE,
        "needs": ("home-visit", "large-print"),
        "address": ADDRESS,
    }
    return register_care(NewCare(**(given | other)), now, by="app")


def day(text: str) -> datetime:
    """The first moment of a day there."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def keep(now: datetime) -> None:
    """The worker, at a time."""
    while keep_due({kind: SLOW[kind] for kind in ("care-visit", "care-missed")}, now):
        pass
