"""Lines whose profiles the tests ask for."""

from datetime import UTC, datetime, timedelta

from tests.parties.examples import a_line, an_account
from wanhao.network.contracts import Barring, NewProfile, ProfileView
from wanhao.network.queries import profiles_of_lines
from wanhao.parties.actions import open_accounts

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
FIRST_NUMBER = 16_907_910_001


def some_lines(count: int) -> list[int]:
    """The ids of so many new lines, with numbers that count up from FIRST_NUMBER."""
    numbers = range(FIRST_NUMBER, FIRST_NUMBER + count)
    opened = open_accounts([an_account(f"A{n}", (a_line(n),)) for n in numbers])
    return [line.line_id for account in opened for group in account.groups for line in group.lines]


def a_profile(
    line_id: int,
    barring: Barring = Barring.NONE,
    number: int = FIRST_NUMBER,
    *,
    data: bool | None = None,
    roaming: bool = False,
) -> NewProfile:
    """A profile; data is let through where nothing is barred, unless it is given."""
    lets = barring is Barring.NONE if data is None else data
    return NewProfile(line_id=line_id, number=number, barring=barring, data=lets, roaming=roaming)


def several(line_ids: list[int], barring: Barring) -> list[NewProfile]:
    """The same barring for lines that count up from FIRST_NUMBER."""
    return [a_profile(line, barring, FIRST_NUMBER + n) for n, line in enumerate(line_ids)]


def profile_of(line_id: int) -> ProfileView:
    return profiles_of_lines([line_id])[line_id]
