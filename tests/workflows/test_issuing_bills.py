"""A closed month becomes bills of usage, fees and what waited: once, wherever it was stopped."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from django.db import connection

from tests.billing.bills.examples import CLOSED, NOVEMBER, an_item, opened
from tests.workflows.told_facts import told_facts
from wanhao.billing.actions import record_payments
from wanhao.billing.bills.actions import add_bill_items
from wanhao.billing.bills.checking import check_bills
from wanhao.billing.bills.contracts import AllowanceKind, LineKind, RunState, RunView, UpgradeMode
from wanhao.billing.bills.queries import bill, bill_run, finished_cycles
from wanhao.billing.books import Book
from wanhao.billing.contracts import BalanceKind, NewPayment
from wanhao.billing.queries import balances, billed_through
from wanhao.parties.contracts import PayType
from wanhao.parties.models import LineGroup
from wanhao.products.contracts import DataSchedule, FeeKind, FeeLine, Mode, Tier
from wanhao.usage import contracts as usage
from wanhao.usage.contracts import FundsFact
from wanhao.usage.models import Fact
from wanhao.values.errors import WanhaoError
from wanhao.workflows import issue_bills
from wanhao.workflows.draft_bills import draft_bills, late_explanation
from wanhao.workflows.issue_bills import Pace, cycles_to_bill, issue_cycle

MB = 1 << 20
LADDER = DataSchedule(
    mode=Mode.STEP,
    price_fen_per_mb=30,
    tiers=(Tier(fee_fen=1000, quota_mb=100), Tier(fee_fen=2000, quota_mb=200)),
    cap_fen=60000,
)
BLOCKS = DataSchedule(
    mode=Mode.STACK, price_fen_per_mb=30, tiers=(Tier(fee_fen=3000, quota_mb=500),), cap_fen=60000
)


def clock() -> datetime:
    return CLOSED


class Operator:
    """What the meter and the catalogue say of closed months, by group."""

    def __init__(self) -> None:
        self.cycles: list[int] = [NOVEMBER]
        self.usage: list[usage.UsageLine] = []
        self.fees: dict[int, tuple[FeeLine, ...]] = {}

    def closed_cycles(self) -> tuple[int, ...]:
        return tuple(self.cycles)

    def closed_usage(self, cycle: int, first: int, last: int) -> Iterator[usage.UsageLine]:
        return (line for line in self.usage if first <= line.account_id <= last)

    def fees_of(self, cycle: int, groups: list[int]) -> dict[int, tuple[FeeLine, ...]]:
        return {group: self.fees[group] for group in groups if group in self.fees}


@pytest.fixture
def operator(monkeypatch: pytest.MonkeyPatch) -> Operator:
    said = Operator()
    monkeypatch.setattr(issue_bills, "closed_cycles", said.closed_cycles)
    monkeypatch.setattr(issue_bills, "closed_usage", said.closed_usage)
    monkeypatch.setattr(issue_bills, "fees", said.fees_of)
    return said


def a_fee(fen: int = 5900, product_id: int = 1, kind: FeeKind = FeeKind.RENT) -> FeeLine:
    return FeeLine(
        product_id=product_id,
        offering_code="lexiang-4g-59",
        name_zh="乐享4G 59元套餐",
        name_en="Lexiang 4G 59",
        fee_fen=fen,
        days=30,
        of_days=30,
        kind=kind,
    )


def calls(account_id: int, group_id: int, fen: int = 750) -> usage.UsageLine:
    return usage.UsageLine(
        account_id=account_id,
        group_id=group_id,
        zone="domestic",
        service=usage.Service.VOICE,
        total=150,
        beyond=50,
        charge_fen=fen,
        tier=0,
        tariff=1,
        voice_unit=60,
        price_fen=15,
        allowances=(
            usage.AllowanceUse(kind=usage.AllowanceKind.PLAN, pack_id=0, quantity=100, used=100),
        ),
    )


def group_of(account_id: int) -> int:
    return LineGroup.objects.get(account_id=account_id).pk


def stocked(operator: Operator, count: int, pay_type: PayType = PayType.POSTPAID) -> list[int]:
    """Accounts that all rent a plan and call."""
    accounts = opened(count, pay_type)
    for account in accounts:
        group = group_of(account)
        operator.fees[group] = (a_fee(),)
        operator.usage.append(calls(account, group))
    return accounts


@pytest.mark.django_db
def test_every_account_gets_its_bill_in_chunks(operator: Operator) -> None:
    accounts = stocked(operator, 7)
    add_bill_items([an_item(accounts[3], name_zh="减免")], CLOSED)
    steps: list[RunView] = []

    run = issue_cycle(NOVEMBER, clock, Pace(chunk=3, told=steps.append))

    assert (run.state, run.accounts, run.bills) == (RunState.FINISHED, 7, 7)
    assert run.total_fen == 7 * 6650 - 500
    assert [step.accounts for step in steps] == [3, 6, 7, 7]
    assert balances(accounts)[accounts[3]] == -6150
    assert check_bills(NOVEMBER).holds
    view = bill(accounts[0], NOVEMBER)
    assert view is not None
    assert [(line.kind, line.fen) for line in view.lines] == [
        (LineKind.RENT, 5900),
        (LineKind.VOICE, 750),
    ]


@pytest.mark.django_db
def test_a_finished_run_is_not_run_again(operator: Operator) -> None:
    accounts = stocked(operator, 2)
    first = issue_cycle(NOVEMBER, clock)
    operator.fees = {}
    assert issue_cycle(NOVEMBER, clock) == first
    assert set(balances(accounts).values()) == {-6650}
    assert finished_cycles() == {NOVEMBER}


class KilledError(Exception):
    """The process is gone."""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("place", ["issue_bills", "move_run_on"])
def test_a_run_that_was_killed_goes_on_where_it_stopped(
    operator: Operator, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    accounts = stocked(operator, 6)
    times = []
    owner = issue_bills if place == "issue_bills" else issue_bills.running
    whole = getattr(owner, place)

    def dies_the_second_time(*args: object, **named: object) -> object:
        times.append(place)
        done = whole(*args, **named)
        if len(times) == 2:
            raise KilledError
        return done

    monkeypatch.setattr(owner, place, dies_the_second_time)
    with pytest.raises(KilledError):
        issue_cycle(NOVEMBER, clock, Pace(chunk=2))
    connection.close()
    found = bill_run(NOVEMBER)
    assert found is not None
    assert (found.state, found.accounts, found.bills) == (RunState.RUNNING, 2, 2)
    assert sorted(balances(accounts).values()) == [-6650, -6650, 0, 0, 0, 0]

    run = issue_cycle(NOVEMBER, clock, Pace(chunk=2))

    assert (run.state, run.accounts, run.bills) == (RunState.FINISHED, 6, 6)
    assert set(balances(accounts).values()) == {-6650}
    assert check_bills(NOVEMBER).holds


@pytest.mark.django_db
def test_a_run_stops_when_it_is_told_to_and_goes_on_later(operator: Operator) -> None:
    stocked(operator, 4)
    steps: list[RunView] = []
    pace = Pace(chunk=1, told=steps.append, stopped=lambda: len(steps) == 2)
    assert issue_cycle(NOVEMBER, clock, pace).state is RunState.RUNNING
    assert issue_cycle(NOVEMBER, clock).bills == 4


@pytest.mark.django_db
def test_months_are_billed_in_their_order_and_only_when_closed(operator: Operator) -> None:
    stocked(operator, 1)
    operator.cycles = [202612, NOVEMBER]
    assert cycles_to_bill() == (NOVEMBER, 202612)
    with pytest.raises(WanhaoError, match="come first"):
        issue_cycle(202612, clock)
    with pytest.raises(WanhaoError, match="not closed"):
        issue_cycle(202701, clock)
    for cycle in cycles_to_bill():
        issue_cycle(cycle, clock)
    assert cycles_to_bill() == ()
    operator.cycles.append(202610)
    with pytest.raises(WanhaoError, match="would come after"):
        issue_cycle(202610, clock)


@pytest.mark.django_db
def test_the_meter_is_told_only_of_money_it_does_not_know(operator: Operator) -> None:
    accounts = stocked(operator, 3, PayType.PREPAID)
    add_bill_items([an_item(accounts[1])], CLOSED)
    before = Fact.objects.count()
    issue_cycle(NOVEMBER, clock)
    assert Fact.objects.count() == before + 1


@pytest.mark.django_db
def test_the_meter_is_told_where_restricted_money_paid(operator: Operator) -> None:
    helped, _ = stocked(operator, 2, PayType.PREPAID)
    payment = NewPayment(
        account_id=helped,
        amount_fen=1000,
        reference="P1",
        kind=BalanceKind.RESTRICTED,
        pays_for=(Book.VOICE,),
    )
    record_payments([payment], CLOSED)
    before = len(told_facts())
    issue_cycle(NOVEMBER, clock)
    assert told_facts()[before:] == [
        FundsFact(account_id=helped, spendable_fen=-5900, billed_through=NOVEMBER)
    ]


@pytest.mark.django_db
def test_who_had_nothing_to_pay_is_billed_through_all_the_same(operator: Operator) -> None:
    first, quiet, last = stocked(operator, 3, PayType.PREPAID)
    operator.fees.pop(group_of(quiet))
    operator.usage = [line for line in operator.usage if line.account_id != quiet]
    steps: list[RunView] = []
    pace = Pace(chunk=2, told=steps.append, stopped=lambda: len(steps) == 1)
    issue_cycle(NOVEMBER, clock, pace)
    asked = [first, quiet, last]
    assert bill(quiet, NOVEMBER) is None
    assert billed_through(asked) == {first: NOVEMBER, quiet: NOVEMBER, last: 0}
    issue_cycle(NOVEMBER, clock)
    assert set(billed_through(asked).values()) == {NOVEMBER}


def test_lines_say_which_allowance_and_which_step() -> None:
    data = usage.UsageLine(
        account_id=1,
        group_id=5,
        zone="domestic",
        service=usage.Service.DATA,
        total=700 * MB,
        beyond=120 * MB,
        charge_fen=1600,
        tier=1,
        tariff=9,
        voice_unit=60,
        price_fen=30,
        allowances=(
            usage.AllowanceUse(
                kind=usage.AllowanceKind.PACK, pack_id=77, quantity=80 * MB, used=80 * MB
            ),
            usage.AllowanceUse(
                kind=usage.AllowanceKind.PLAN, pack_id=0, quantity=500 * MB, used=500 * MB
            ),
        ),
    )
    fees = {5: (a_fee(), a_fee(1000, 77, FeeKind.PACK))}
    (stepped,) = draft_bills(NOVEMBER, [1], {5: 1}, [data], fees, {9: LADDER})
    rent, pack, line = stepped.lines
    assert (rent.kind, pack.kind, line.kind) == (LineKind.RENT, LineKind.PACK, LineKind.DATA)
    assert line.upgrade is not None
    assert (line.upgrade.mode, line.upgrade.tier) == (UpgradeMode.STEP, 1)
    assert (line.upgrade.fee_fen, line.upgrade.quota_mb, line.upgrade.cap_fen) == (1000, 100, 60000)
    assert [(one.kind, one.name_zh) for one in line.allowances] == [
        (AllowanceKind.PACK, "乐享4G 59元套餐"),
        (AllowanceKind.PLAN, ""),
    ]
    (blocks,) = draft_bills(NOVEMBER, [1], {5: 1}, [data], {}, {9: BLOCKS})
    (line,) = blocks.lines
    assert line.upgrade is not None
    assert (line.upgrade.mode, line.upgrade.fee_fen, line.upgrade.quota_mb) == (
        UpgradeMode.STACK,
        3000,
        500,
    )
    (plain,) = draft_bills(NOVEMBER, [1], {5: 1}, [data], {}, {})
    assert plain.lines[0].upgrade is None


def test_a_late_record_explains_itself() -> None:
    late = usage.LateCharge(
        late_id=7,
        account_id=1,
        group_id=5,
        cycle=202610,
        service=usage.Service.VOICE,
        zone="roaming",
        units=3,
        fen=597,
    )
    assert late_explanation(late) == {
        "group_id": 5,
        "of_cycle": 202610,
        "service": "voice",
        "zone": "roaming",
        "used": 3,
    }
