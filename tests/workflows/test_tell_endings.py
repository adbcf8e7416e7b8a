"""What ends by itself is told a week before: what, until when, and what it costs once more."""

from datetime import datetime, timedelta

import pytest

from tests.metering.pages import rows_of
from tests.parties.examples import a_family, a_line, an_account
from wanhao.communications.queries import messages_to
from wanhao.parties.actions import open_accounts
from wanhao.products.actions import hold_offering, load_catalogue, order
from wanhao.products.models import ProductOffering
from wanhao.promises.actions import keep_due
from wanhao.values.cycle import SHANGHAI
from wanhao.workflows import tell_endings
from wanhao.workflows.make_calendar_promises import make_calendar_promises

pytestmark = pytest.mark.django_db
MAIN, CARD, OTHER = 16907920001, 16907920002, 16907910001
SINCE = datetime(2025, 12, 1, tzinfo=SHANGHAI)


@pytest.fixture
def groups() -> list[int]:
    load_catalogue()
    opened = open_accounts([a_family(), an_account("A1", (a_line(OTHER),))])
    found = [account.groups[0].group_id for account in opened]
    hold_offering(found, "lexiang-4g-59", SINCE)
    return found


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def look(now: datetime) -> None:
    """The promise of that day is kept then, and all that it leads to."""
    make_calendar_promises(now - timedelta(hours=24))
    while keep_due({tell_endings.KIND: tell_endings.tell_endings}, now):
        pass


def texts(number: int) -> list[str]:
    return [view.text for view in reversed(messages_to([number], 9)[number])]


@pytest.mark.parametrize("row", rows_of("package-ending.md", "held"), ids=" ".join)
def test_the_rows_of_the_page(groups: list[int], row: tuple[str, ...]) -> None:
    code, since, looked_at, told, last, costs = row
    order(groups[0], code, local(since))
    look(local(looked_at))
    found = texts(MAIN)
    assert (len(found), texts(CARD)) == (int(told == "yes"), [])
    if found:
        day = local(last)
        assert f"将于{day.month}月{day.day}日到期" in found[0]
        assert f"续订需¥{int(costs) // 100}.{int(costs) % 100:02d}" in found[0]


def test_what_ends_together_is_told_together_and_once(
    groups: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tell_endings, "AT_ONCE", 1)
    for group in groups:
        for code in ("data-pack-10", "data-pack-30"):
            order(group, code, local("2026-11-10 12:00"))
    for day in (24, 25, 26):
        look(local(f"2026-11-{day} 10:00"))
    for number in (MAIN, OTHER):
        (text,) = texts(number)
        assert "10元100MB、" in text
        assert "¥40.00" in text


def test_what_is_not_sold_any_more_says_so(groups: list[int]) -> None:
    order(groups[0], "data-pack-10", local("2026-11-10 12:00"))
    row = ProductOffering.objects.get(code="data-pack-10")
    row.terms["sold_until"] = "2026-11-20"
    row.save()
    look(local("2026-11-24 10:00"))
    (text,) = texts(MAIN)
    assert "已停售不能续订" in text


def test_a_day_without_a_worker_is_made_up_for(groups: list[int]) -> None:
    order(groups[0], "data-pack-10", local("2026-11-10 12:00"))
    look(local("2026-11-28 10:00"))
    assert len(texts(MAIN)) == 1
