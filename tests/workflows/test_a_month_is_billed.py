"""Records are counted, the month closes, the bill says it all; what comes late is on the next."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.parties.examples import a_line, an_account
from wanhao.billing.bills.checking import check_bills
from wanhao.billing.bills.contracts import AllowanceKind, BillLine, BillView, LineKind, UpgradeMode
from wanhao.billing.bills.queries import bill, waiting_fen
from wanhao.billing.queries import balances
from wanhao.parties.contracts import PayType
from wanhao.products.actions import load_catalogue
from wanhao.usage.folders import Folders
from wanhao.usage.local import LocalMeter
from wanhao.workflows.issue_bills import cycles_to_bill
from wanhao.workflows.open_accounts import AccountOrder, open_accounts
from wanhao.workflows.order_product import order_product
from wanhao.workflows.run_due_bills import run_due_bills
from wanhao.workflows.tell_customers import TellCustomers
from wanhao.workflows.tell_tariffs import tell_tariffs
from wanhao.workflows.watch_thresholds import watch_thresholds

pytestmark = pytest.mark.django_db(transaction=True)

NUMBER = 16907910001
PACK = "data-pack-10"
HEADER = "record_id,source,number,service,zone,start,quantity,sign\n"
OPENED = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)
CLOSES = datetime(2026, 12, 3, 16, 0, 1, tzinfo=UTC)
NOVEMBER, DECEMBER = 202611, 202612
MB = 1 << 20


class Operator:
    """A meter that lives by the clock it is given, and one customer."""

    def __init__(self, folder: Path) -> None:
        self.now = OPENED
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
        line = replace(a_line(NUMBER), since=int(OPENED.timestamp()))
        order = AccountOrder(
            account=an_account("B1", (line,), pay_type=PayType.POSTPAID),
            offering_codes=("lexiang-4g-59",),
        )
        (account,) = open_accounts([order], self.now)
        self.account_id, self.group_id = account.account_id, account.groups[0].group_id
        self.count()

    def drop(self, *uses: tuple[str, str, int], at: datetime | None = None) -> None:
        """Deliver records of (service, zone, quantity) that began just before, and count them."""
        start = int((at or self.now - timedelta(hours=2)).timestamp())
        rows = []
        for service, zone, quantity in uses:
            self.records += 1
            rows.append(f"{self.records},msc-1,{NUMBER},{service},{zone},{start},{quantity},1\n")
        unfinished = self.folders.inbox / f".{self.records}.tmp"
        unfinished.write_text(HEADER + "".join(rows))
        unfinished.rename(self.folders.inbox / f"{self.records}.csv")
        self.count()

    def count(self) -> None:
        while self.meter.step():
            pass

    def turn(self, instant: datetime) -> None:
        """Time passes; the meter opens and closes what is due."""
        self.now = instant
        self.count()

    def issue(self) -> None:
        """What the worker does once there is something to do."""
        while run_due_bills(self.now):
            pass

    def bill_of(self, cycle: int) -> BillView:
        found = bill(self.account_id, cycle)
        assert found is not None
        return found


@pytest.fixture
def operator(tmp_path: Path) -> Iterator[Operator]:
    made = Operator(tmp_path / "usage")
    made.open()
    yield made
    made.meter.stop()


def of_kind(lines: Sequence[BillLine], kind: LineKind, zone: str = "") -> BillLine:
    (found,) = [line for line in lines if line.kind is kind and (not zone or line.zone == zone)]
    return found


def test_a_month_is_billed_from_its_records(operator: Operator) -> None:
    operator.turn(datetime(2026, 11, 10, 4, 0, tzinfo=UTC))
    operator.drop(("voice", "domestic", 120 * 60), ("voice", "roaming", 61))
    operator.drop(("message", "domestic", 3), ("data", "domestic", 636 * MB))
    operator.turn(CLOSES)
    assert cycles_to_bill()[-1] == NOVEMBER

    operator.issue()

    assert cycles_to_bill() == ()

    found = operator.bill_of(NOVEMBER)
    rent = of_kind(found.lines, LineKind.RENT)
    assert (rent.fen, rent.days, rent.of_days) == (5703, 29, 30)  # opened on the second
    voice = of_kind(found.lines, LineKind.VOICE, "domestic")
    (plan,) = voice.allowances
    assert (voice.used, voice.used - voice.beyond, plan.kind) == (
        120,
        plan.used,
        AllowanceKind.PLAN,
    )
    assert voice.fen == voice.beyond * 15 > 0
    assert of_kind(found.lines, LineKind.VOICE, "roaming").used == 2
    assert of_kind(found.lines, LineKind.MESSAGE).fen == 0
    data = of_kind(found.lines, LineKind.DATA)
    assert data.upgrade is not None
    assert (data.upgrade.mode, data.upgrade.fee_fen, data.upgrade.quota_mb) == (
        UpgradeMode.STACK,
        3000,
        500,
    )
    assert data.fen == min(3000, -(-data.beyond * 30 // MB))
    assert balances([operator.account_id]) == {operator.account_id: -found.total_fen}
    assert check_bills(NOVEMBER).holds


def test_a_late_record_is_on_the_next_bill(operator: Operator) -> None:
    within = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
    operator.turn(within + timedelta(hours=2))
    operator.drop(("voice", "domestic", 200 * 60), at=within)
    operator.turn(CLOSES)
    operator.issue()
    first = operator.bill_of(NOVEMBER)

    operator.drop(("voice", "domestic", 3 * 60), at=within)
    operator.issue()
    assert waiting_fen([operator.account_id]) == {operator.account_id: 45}
    assert operator.bill_of(NOVEMBER) == first

    operator.turn(datetime(2027, 1, 3, 16, 0, 1, tzinfo=UTC))
    operator.issue()
    late = of_kind(operator.bill_of(DECEMBER).lines, LineKind.LATE)
    assert (late.fen, late.of_cycle, late.used, late.service) == (45, NOVEMBER, 3, "voice")
    assert waiting_fen([operator.account_id]) == {}
    assert check_bills(DECEMBER).holds


def test_a_pack_is_on_the_bill_by_its_name(operator: Operator) -> None:
    operator.turn(datetime(2026, 11, 5, 4, 0, tzinfo=UTC))
    order_product(operator.group_id, PACK, operator.now)
    operator.count()
    operator.turn(datetime(2026, 11, 10, 4, 0, tzinfo=UTC))
    operator.drop(("data", "domestic", 40 * MB))
    operator.turn(CLOSES)
    operator.issue()
    lines = operator.bill_of(NOVEMBER).lines
    pack = of_kind(lines, LineKind.PACK)
    (used, _) = of_kind(lines, LineKind.DATA).allowances
    assert (used.kind, used.name_zh, used.used) == (AllowanceKind.PACK, pack.name_zh, 40 * MB)
