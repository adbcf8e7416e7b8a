"""Points that are about to end are told on three days of the year."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from tests.loyalty.examples import at, give_points, opened_accounts
from tests.metering.pages import rows_of
from tests.workflows.promised import keep_until
from wanhao.communications.changing import change_rule
from wanhao.communications.queries import latest_messages, messages_to
from wanhao.loyalty.actions import redeem
from wanhao.promises.actions import keep_due
from wanhao.values.cycle import SHANGHAI
from wanhao.workflows import tell_points
from wanhao.workflows.make_calendar_promises import make_calendar_promises

pytestmark = pytest.mark.django_db
NUMBER = 16907910000
ROWS = rows_of("points-expiring.md", "points of 2024")


def look(day: date) -> None:
    """A worker keeps what is due on that day at ten, and nothing before."""
    ten = datetime.combine(day, time(10), SHANGHAI)
    make_calendar_promises(ten - timedelta(hours=1))
    keep_due({tell_points.KIND: tell_points.tell_points}, ten - timedelta(hours=1))
    assert latest_messages(1) == []
    keep_due({tell_points.KIND: tell_points.tell_points}, ten)


@pytest.mark.parametrize("row", ROWS, ids=" ".join)
def test_the_rows_of_the_page(row: tuple[str, str, str, str]) -> None:
    of_2024, of_2025, day, told = row
    (account,) = opened_accounts(1)
    for year, points in ((2024, int(of_2024)), (2025, int(of_2025))):
        if points:
            give_points(account, year, points)
    wanted = date.fromisoformat(day)
    if wanted.strftime("%m-%d") in ("11-01", "12-01", "12-20"):
        look(wanted)
    else:
        keep_nothing_on(wanted)
    texts = [view.text for view in messages_to([NUMBER], 9)[NUMBER]]
    expected = [] if told == "none" else [f"您有{told}积分将于12月31日到期"]
    assert [text.partition("，")[0] for text in texts] == expected


def keep_nothing_on(day: date) -> None:
    ten = datetime.combine(day, time(10), SHANGHAI)
    make_calendar_promises(ten - timedelta(hours=1))
    assert keep_due({tell_points.KIND: tell_points.tell_points}, ten + timedelta(hours=13)) == 0


def test_everybody_is_told_chunk_by_chunk_on_each_of_the_days(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tell_points, "AT_ONCE", 2)
    accounts = opened_accounts(5)
    for account in accounts:
        give_points(account, 2024, 200)
    make_calendar_promises(at(2026, 10, 1))
    make_calendar_promises(at(2026, 11, 20))
    keep_until(at(2026, 11, 1, 12))
    keep_until(at(2026, 11, 1, 13))
    assert told() == [1, 1, 1, 1, 1]
    redeem(account_id=accounts[0], item="phone-bill", quantity=2, reference="R1", now=LATER)
    keep_until(at(2026, 12, 1, 12))
    assert told() == [1, 2, 2, 2, 2]


LATER = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def told() -> list[int]:
    found = messages_to([NUMBER + place for place in range(5)], 9)
    return [len(found[NUMBER + place]) for place in range(5)]


def test_days_that_are_changed_between_two_of_them_lose_nobody() -> None:
    """Told on the 1st; then the earlier days are taken off the rule, and the 20th still tells."""
    (account,) = opened_accounts(1)
    give_points(account, 2024, 200)
    make_calendar_promises(at(2026, 11, 25))
    keep_until(at(2026, 12, 1, 12))
    assert told()[0] == 1
    changed = {"at": ["12-10", "12-20"]}
    change_rule("points-expiring", changed, by="test", reason="later days", now=at(2026, 12, 2))
    make_calendar_promises(at(2026, 12, 2, 11))
    keep_until(at(2026, 12, 10, 12))
    keep_until(at(2026, 12, 20, 12))
    assert told()[0] == 3


def test_a_day_that_comes_a_year_late_tells_nobody() -> None:
    (account,) = opened_accounts(1)
    give_points(account, 2024, 200)
    give_points(account, 2025, 300)
    make_calendar_promises(at(2026, 12, 1, 11))
    assert keep_due({tell_points.KIND: tell_points.tell_points}, at(2027, 1, 3)) == 1
    assert latest_messages(1) == []
