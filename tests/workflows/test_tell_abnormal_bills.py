"""A bill far above the usual is told as soon as the month's bills are out."""

import pytest

from tests.billing.bills.examples import CLOSED, NOVEMBER, issued, opened, rent
from tests.metering.pages import listed, rows_of
from tests.workflows.promised import keep_until
from wanhao.communications.queries import messages_to
from wanhao.promises.contracts import PromiseState
from wanhao.promises.queries import promises
from wanhao.workflows import issue_bills, tell_abnormal_bills
from wanhao.workflows.issue_bills import Pace, issue_cycle
from wanhao.workflows.tell_abnormal_bills import promise_abnormal_bills

pytestmark = pytest.mark.django_db
NUMBER = 16907910000
EARLIER = (202608, 202609, 202610)


@pytest.mark.parametrize("row", rows_of("abnormal-bill.md", "three before"), ids=" ".join)
def test_the_rows_of_the_page(row: tuple[str, str, str, str]) -> None:
    before, amount, told, mean = row
    (account,) = opened(1)
    for cycle, fen in zip(EARLIER, listed(before), strict=True):
        if fen != "none":
            issued([account], rent(int(fen)), cycle=cycle)
    issued([account], rent(int(amount)))
    promise_abnormal_bills(NOVEMBER, CLOSED)
    keep_until(CLOSED)
    texts = [view.text for view in messages_to([NUMBER], 9)[NUMBER]]
    expected = f"您11月话费{yuan(amount)}，超过前三个月平均{yuan(mean)}的5倍。"
    assert [text.partition("如有")[0] for text in texts] == [expected] * (told == "yes")


def yuan(cell: str) -> str:
    return "" if cell == "none" else f"¥{int(cell) // 100}.{int(cell) % 100:02d}"


def test_each_is_told_once_chunk_by_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tell_abnormal_bills, "AT_ONCE", 2)
    accounts = opened(5)
    for cycle in EARLIER:
        issued(accounts, rent(1000), cycle=cycle)
    issued(accounts, rent(9000))
    promise_abnormal_bills(NOVEMBER, CLOSED)
    promise_abnormal_bills(NOVEMBER, CLOSED)
    keep_until(CLOSED)
    numbers = [NUMBER + place for place in range(5)]
    assert [len(found) for found in messages_to(numbers, 9).values()] == [1] * 5


def test_the_last_bill_of_a_month_promises_the_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(issue_bills, "closed_cycles", lambda: (NOVEMBER,))
    monkeypatch.setattr(issue_bills, "closed_usage", lambda *_: ())
    opened(3)
    issue_cycle(NOVEMBER, lambda: CLOSED, Pace(chunk=2))
    promise = promises(tell_abnormal_bills.KIND, [f"{NOVEMBER}:0"])[f"{NOVEMBER}:0"]
    assert (promise.state, promise.due_at) == (PromiseState.OPEN, CLOSED)
