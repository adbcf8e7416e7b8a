"""Ordering, changing and cancelling: what is held, and what the meter is told of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.parties.examples import a_line, an_account
from tests.workflows.told_facts import told_facts
from wanhao.products.actions import compose_plan, load_catalogue, stop_data
from wanhao.products.queries import data_stops, holdings, offering, tariffs_after
from wanhao.usage.contracts import (
    ContinueFact,
    Fact,
    FeesFact,
    GroupFact,
    PackFact,
    Service,
    TariffFact,
)
from wanhao.values.errors import WanhaoError
from wanhao.workflows.cancel_product import cancel_product
from wanhao.workflows.change_plan import change_plan
from wanhao.workflows.continue_data import continue_data
from wanhao.workflows.end_packs import end_packs
from wanhao.workflows.open_accounts import AccountOrder, open_accounts
from wanhao.workflows.order_product import order_product
from wanhao.workflows.tell_tariffs import tell_tariffs

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
MB = 1024 * 1024
NUMBER = 16907910001


@pytest.fixture
def account() -> tuple[int, int]:
    """An old prepaid customer of 乐享3G 49, as (account, group)."""
    return opened("lexiang-3g-49")


def opened(code: str, since: datetime | None = None) -> tuple[int, int]:
    load_catalogue()
    line = a_line(NUMBER)
    if since is not None:
        line = replace(line, since=int(since.timestamp()))
    order = AccountOrder(account=an_account("A1", (line,)), offering_codes=(code,))
    (one,) = open_accounts([order], NOON)
    return one.account_id, one.groups[0].group_id


def news(before: list[Fact]) -> list[Fact]:
    return told_facts()[len(before) :]


def of_kind(facts: list[Fact], kind: type[Fact]) -> list[Fact]:
    return [fact for fact in facts if isinstance(fact, kind)]


def test_tariffs_are_told_once_and_before_the_first_terms(account: tuple[int, int]) -> None:
    facts = told_facts()
    told = of_kind(facts, TariffFact)
    assert [fact.number for fact in told] == [tariff.number for tariff in tariffs_after()]
    assert facts[: len(told)] == told
    assert tell_tariffs() == 0
    assert {fact.schedule.mode.value for fact in told if fact.schedule} == {"step", "jump", "stack"}
    (lexiang,) = [fact for fact in told if fact.schedule and fact.schedule.stop_mb == 15360]
    assert lexiang.schedule.tiers == ((3000, 500),)
    assert (lexiang.schedule.cap_fen, lexiang.schedule.announces) == (60000, False)
    assert lexiang.prices["domestic"] == (15, 10, 30)


def test_an_old_line_owes_nothing_this_month_and_its_rent_from_the_next_on(
    account: tuple[int, int],
) -> None:
    account_id, _ = account
    assert of_kind(told_facts(), FeesFact) == [
        FeesFact(account_id=account_id, cycle=202611, fee_fen=0, rent_fen=4900, rent_from=202612)
    ]


def test_a_line_opened_within_the_month_owes_and_has_its_share() -> None:
    account_id, _ = opened("lexiang-4g-59", NOON)
    facts = told_facts()
    # 9 of 30 days: 5900 * 9 / 30 fen, 30 minutes, 9 messages, 150 MB
    assert of_kind(facts, FeesFact) == [
        FeesFact(account_id=account_id, cycle=202611, fee_fen=1770, rent_fen=5900, rent_from=202612)
    ]
    this, later = of_kind(facts, GroupFact)
    assert (this.cycle, this.voice_allowance, this.message_allowance) == (202611, 30, 9)
    assert this.data_allowance == 150 * MB
    assert (later.cycle, later.voice_allowance, later.message_allowance) == (202612, 100, 30)
    assert later.data_allowance == 500 * MB
    assert (this.plan, this.tariff, this.rolls) == (later.plan, later.tariff, True)


def test_a_pack_is_told_at_once_with_its_fee(account: tuple[int, int]) -> None:
    account_id, group = account
    before = told_facts()
    pack = order_product(group, "data-pack-10", NOON)
    this, later, fees = news(before)
    assert this.packs == (
        PackFact(
            pack_id=pack.product_id,
            service=Service.DATA,
            quantity=100 * MB,
            rank=20,
            rolls=True,
            renews=False,
        ),
    )
    assert (later.cycle, later.packs) == (202612, ())
    assert fees == FeesFact(
        account_id=account_id, cycle=202611, fee_fen=1000, rent_fen=4900, rent_from=202612
    )


def test_3952_changes_the_tariff_from_now_on(account: tuple[int, int]) -> None:
    _, group = account
    before = told_facts()
    order_product(group, "auto-upgrade-3952", NOON)
    this, later, fees = news(before)
    plain = of_kind(before, GroupFact)[0]
    assert this.tariff == later.tariff != plain.tariff
    assert this == replace(plain, tariff=this.tariff)
    assert fees.fee_fen == 0
    cancel_product(group, "auto-upgrade-3952", NOON)
    this, later, _ = told_facts()[-3:]
    assert (this.tariff != plain.tariff, later.tariff) == (True, plain.tariff)


def test_a_plan_changes_when_the_next_month_opens(account: tuple[int, int]) -> None:
    account_id, group = account
    before = told_facts()
    change_plan(group, "lexiang-4g-99", NOON)
    this, later, fees = news(before)
    assert (this.cycle, this.voice_allowance) == (202611, 100)
    assert (later.cycle, later.voice_allowance) == (202612, 300)
    assert this.plan != later.plan
    assert fees == FeesFact(
        account_id=account_id, cycle=202611, fee_fen=0, rent_fen=9900, rent_from=202612
    )


def test_a_change_taken_back_leaves_the_month_after_as_it_was(account: tuple[int, int]) -> None:
    _, group = account
    change_plan(group, "lexiang-4g-99", NOON)
    change_plan(group, "lexiang-3g-49", NOON + timedelta(hours=1))
    this, later, fees = told_facts()[-3:]
    assert later == replace(this, cycle=202612)
    assert fees.rent_fen == 4900


def test_a_plan_of_modules_is_told_with_its_tariff(account: tuple[int, int]) -> None:
    _, group = account
    modules = ["module-voice-100", "module-message-100", "module-data-300"]
    code = compose_plan(modules, NOON)
    change_plan(group, code, NOON)
    assert offering(code).fee_fen == 3600
    assert told_facts()[-1].rent_fen == 3600
    assert told_facts()[-2].data_allowance == 300 * MB


def test_a_day_pack_ends_a_day_later_once(account: tuple[int, int]) -> None:
    _, group = account
    order_product(group, "day-pack-5", NOON)
    before = told_facts()
    moments = [timedelta(hours=23, minutes=59), timedelta(hours=24), timedelta(hours=24)]
    assert [end_packs(NOON + passed) for passed in moments] == [False, True, False]
    this, later = news(before)
    assert (this.packs, later.packs) == ((), ())


def test_a_refused_order_tells_nothing(account: tuple[int, int]) -> None:
    _, group = account
    change_plan(group, "lexiang-4g-99", NOON)
    before = told_facts()
    with pytest.raises(WanhaoError, match="does not go together with 'lexiang-4g-99'"):
        order_product(group, "auto-upgrade-3952", NOON)
    with pytest.raises(WanhaoError, match="Group 999999 has no line"):
        order_product(999_999, "data-pack-10", NOON)
    assert news(before) == []


def test_data_goes_on_when_the_customer_asks(account: tuple[int, int]) -> None:
    _, group = account
    with pytest.raises(WanhaoError, match="is not stopped in 202611"):
        continue_data(group, NOON)
    stop_data([group], 202611, NOON)
    stop_data([group], 202611, NOON)
    continue_data(group, NOON + timedelta(minutes=5))
    assert told_facts()[-1] == ContinueFact(group_id=group, cycle=202611)
    (stop,) = data_stops([group], 202611)
    assert stop.lifted_at == NOON + timedelta(minutes=5)


def test_what_was_told_is_what_is_held(account: tuple[int, int]) -> None:
    _, group = account
    order_product(group, "sms-pack-5", NOON)
    held = holdings([group], NOON)[group]
    this = told_facts()[-3]
    assert (this.tariff, this.plan) == (held.tariff, held.plan_id)
    assert [pack.quantity for pack in this.packs] == [18]  # 60 messages, 9 of 30 days
    assert [pack.quantity for pack in told_facts()[-2].packs] == [60]
