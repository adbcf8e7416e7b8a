"""On the 20th whoever used little of the month is told, once, with a plan that is cheaper."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.metering.pages import listed, rows_of
from tests.parties.examples import a_line, an_account
from tests.workflows.promised import keep_until
from wanhao.communications.queries import messages_to
from wanhao.parties.contracts import PayType
from wanhao.products.actions import load_catalogue
from wanhao.promises.actions import keep_due
from wanhao.usage.folders import Folders
from wanhao.usage.local import LocalMeter
from wanhao.values.cycle import SHANGHAI, Cycle
from wanhao.workflows import review_use
from wanhao.workflows.change_plan import change_plan
from wanhao.workflows.make_calendar_promises import make_calendar_promises
from wanhao.workflows.open_accounts import AccountOrder, open_accounts
from wanhao.workflows.tell_customers import TellCustomers
from wanhao.workflows.tell_tariffs import tell_tariffs
from wanhao.workflows.watch_thresholds import watch_thresholds

pytestmark = pytest.mark.django_db(transaction=True)

HEADER = "record_id,source,number,service,zone,start,quantity,sign\n"
OCTOBER, NOVEMBER = Cycle(202610), Cycle(202611)
DAY_20 = datetime(2026, 11, 20, 10, 0, tzinfo=SHANGHAI)
NAMES = {"voice": "语音", "message": "短信", "data": "流量"}
MB = 1 << 20


class Operator:
    """A meter, and customers on 乐享4G 59 who have been there since October."""

    def __init__(self, folder: Path) -> None:
        self.now = OCTOBER.start
        self.folders = Folders(folder)
        self.meter = LocalMeter(
            folders=self.folders, sink=TellCustomers(), shards=2, clock=lambda: self.now
        )
        self.records = 0

    def open(self) -> None:
        load_catalogue()
        tell_tariffs()
        watch_thresholds(self.now)
        self.meter.start()
        self.count()

    def customer(self, number: int, plan: str = "lexiang-4g-59") -> int:
        line = replace(a_line(number), since=int(self.now.timestamp()))
        account = an_account(str(number), (line,), pay_type=PayType.POSTPAID)
        (opened,) = open_accounts([AccountOrder(account=account, offering_codes=(plan,))], self.now)
        self.count()
        return opened.groups[0].group_id

    def use(self, number: int, voice: int, messages: int, data: int) -> None:
        rows = []
        for service, quantity in (
            ("voice", voice * 60),
            ("message", messages),
            ("data", data * MB),
        ):
            if quantity:
                self.records += 1
                start = int((self.now - timedelta(hours=2)).timestamp())
                rows.append(
                    f"{self.records},msc-1,{number},{service},domestic,{start},{quantity},1\n"
                )
        unfinished = self.folders.inbox / ".rows.tmp"
        unfinished.write_text(HEADER + "".join(rows))
        unfinished.rename(self.folders.inbox / f"{self.records}-{number}.csv")
        self.count()

    def turn(self, instant: datetime) -> None:
        self.now = instant
        self.count()

    def reach_day_20(self, at: datetime = DAY_20) -> None:
        """The worker keeps what was promised for the day, the meter looks, and says what it saw."""
        self.turn(at)
        keep_until(self.now + timedelta(hours=1))
        self.count()

    def count(self) -> None:
        while self.meter.step():
            pass


@pytest.fixture
def operator(tmp_path: Path) -> Iterator[Operator]:
    made = Operator(tmp_path / "usage")
    made.open()
    yield made
    made.meter.stop()


def texts_to(number: int) -> list[str]:
    return [view.text for view in messages_to([number], 9)[number] if view.rule == "low-use"]


def test_the_rows_of_the_page(operator: Operator) -> None:
    rows = list(enumerate(rows_of("low-use.md", "minutes used")))
    for place, _ in rows:
        operator.customer(16907910000 + place)
    operator.turn(OCTOBER.start + timedelta(days=10))
    for place, _ in rows:
        operator.use(16907910000 + place, 0, 0, 500)  # so that nothing rolls over
    operator.turn(NOVEMBER.start + timedelta(days=10))
    make_calendar_promises(operator.now)
    for place, (voice, messages, data, _) in rows:
        operator.use(16907910000 + place, int(voice), int(messages), int(data))
    operator.reach_day_20()

    for place, (*_, told) in rows:
        texts = texts_to(16907910000 + place)
        named = [service for service, name in NAMES.items() if texts and name in texts[0]]
        assert named == listed(told)
        assert len(texts) == bool(named)


def test_a_cheaper_plan_is_named_once_a_month_is_closed(operator: Operator) -> None:
    operator.customer(16907910001, "lexiang-4g-129")
    operator.turn(OCTOBER.start + timedelta(days=10))
    operator.use(16907910001, 60, 10, 300)
    operator.turn(NOVEMBER.start + timedelta(days=10))
    make_calendar_promises(operator.now)
    operator.reach_day_20()

    (text,) = texts_to(16907910001)
    assert "乐享4G 59元套餐" in text
    assert "¥70" in text  # 129 less 59 yuan


def test_nobody_is_told_who_came_or_changed_within_the_month(operator: Operator) -> None:
    changes = operator.customer(16907910001)
    operator.customer(16907910002)
    operator.turn(OCTOBER.start + timedelta(days=10))
    change_plan(changes, "lexiang-4g-99", operator.now)
    operator.turn(NOVEMBER.start + timedelta(hours=1))
    operator.customer(16907910003)
    make_calendar_promises(operator.now)
    operator.reach_day_20()

    assert [len(texts_to(16907910000 + place)) for place in (1, 2, 3)] == [0, 1, 0]


def test_everybody_is_reviewed_part_by_part_and_told_once(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(review_use, "ACCOUNTS_A_PART", 1)
    for place in range(3):
        operator.customer(16907910001 + place)
    operator.turn(NOVEMBER.start + timedelta(days=1))
    make_calendar_promises(operator.now)
    make_calendar_promises(operator.now + timedelta(hours=1))
    operator.turn(DAY_20)
    assert keep_until(DAY_20 + timedelta(minutes=1)) >= 3
    operator.count()
    assert [len(texts_to(16907910001 + place)) for place in range(3)] == [1, 1, 1]


def test_a_review_that_comes_after_its_month_is_not_made(operator: Operator) -> None:
    operator.customer(16907910001)
    operator.turn(NOVEMBER.start + timedelta(days=1))
    make_calendar_promises(operator.now)
    operator.turn(NOVEMBER.end + timedelta(hours=1))
    assert keep_due({review_use.KIND: review_use.review_use}, operator.now) == 1
    operator.count()
    assert texts_to(16907910001) == []
