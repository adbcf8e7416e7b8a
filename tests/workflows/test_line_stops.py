"""Lines that are lost or kept, and service for a while: the tables of the page."""

from datetime import date, datetime, timedelta

import pytest

from tests.metering.pages import rows_of
from tests.parties.examples import a_family
from tests.workflows.debtors import (
    KEEPERS,
    accept_messages,
    at,
    barring_of,
    billed,
    clock,
    fen,
    keep_until,
    messages_of,
    opened,
    stopped_account,
)
from tests.workflows.told_facts import told_facts
from wanhao.billing.line_stops import live_line_stops, running_grants
from wanhao.billing.stop_times import grant_ends
from wanhao.billing.stops import live_stops
from wanhao.loyalty.models import HeldRight
from wanhao.network.contracts import Barring
from wanhao.parties.queries import lines_by_number
from wanhao.products.queries import fees
from wanhao.promises.actions import keep_due
from wanhao.promises.contracts import PromiseState
from wanhao.promises.models import Promise
from wanhao.usage.contracts import FeesFact, GroupFact
from wanhao.values.cycle import SHANGHAI
from wanhao.values.errors import WanhaoError
from wanhao.workflows.add_card import add_card
from wanhao.workflows.emergency_resume import emergency_resume
from wanhao.workflows.grant_promises import END_GRANT
from wanhao.workflows.keep_number import keep_number, resume_number
from wanhao.workflows.open_accounts import AccountOrder, open_accounts
from wanhao.workflows.order_product import order_product
from wanhao.workflows.report_loss import cancel_loss, report_loss
from wanhao.workflows.take_payment import take_payment

pytestmark = pytest.mark.usefixtures("catalogue")
PAGE = "arrears.md"
NUMBER = 16907910001
MONTHS = {"November": 202611, "December": 202612, "January": 202701, "February": 202702}
STOPPED = at("2026-11-26 09:00")


def day(text: str, hour: int = 10) -> datetime:
    return at(f"{text} {hour:02}:00")


def group_of(number: int = NUMBER) -> int:
    return lines_by_number([number])[number].group_id


def fee_of(cycle: int, group: int) -> int:
    return sum(line.fee_fen for line in fees(cycle, [group]).get(group, ()))


@pytest.mark.parametrize("row", rows_of(PAGE, "applied"), ids=" ".join)
def test_a_month_kept_whole_costs_the_fee_for_keeping(row: tuple[str, ...]) -> None:
    applied, months, resumed, kept_to, *costs = row
    opened(NUMBER)
    stop = keep_number(NUMBER, int(months), day(applied))
    assert stop.until is not None
    last = (stop.until - timedelta(seconds=1)).astimezone(SHANGHAI).date()
    assert last == date.fromisoformat(kept_to)
    if resumed == "by itself":
        keep_until(stop.until)
    else:
        resume_number(NUMBER, day(resumed))
    found = [fee_of(cycle, group_of()) for cycle in MONTHS.values()]
    assert found == [fen(cost) for cost in costs]
    assert barring_of(NUMBER) is Barring.NONE


def test_the_meter_is_told_of_the_fee_and_that_there_is_no_allowance() -> None:
    opened(NUMBER)
    keep_number(NUMBER, 2, day("2026-11-10"))
    of_next = [one for one in told_facts() if isinstance(one, GroupFact) and one.cycle == 202612]
    assert (of_next[-1].voice_allowance, of_next[-1].data_allowance) == (0, 0)
    assert last_fees().rent_fen == 500
    resume_number(NUMBER, day("2027-01-15"))
    told = last_fees()
    assert (told.cycle, told.fee_fen, told.rent_fen) == (202701, 5400, 5900)
    of_this = [one for one in told_facts() if isinstance(one, GroupFact) and one.cycle == 202701]
    assert of_this[-1].data_allowance > 0


def last_fees() -> FeesFact:
    return [one for one in told_facts() if isinstance(one, FeesFact)][-1]


def test_it_is_told_before_the_end_and_ends_by_itself_at_midnight() -> None:
    opened(NUMBER)
    keep_number(NUMBER, 1, day("2026-11-10"))
    assert barring_of(NUMBER) is Barring.ALL
    accept_messages(day("2026-11-10"))
    keep_until(day("2026-12-25"))
    accept_messages(day("2026-12-25"))
    keep_until(at("2027-01-01 00:00"))
    accept_messages(day("2027-01-01"))
    texts = [message.text for message in messages_of("keep-number")]
    assert [
        part in text for part, text in zip(("保号至", "到期", "已结束"), texts, strict=True)
    ] == [True] * 3


def test_a_kept_number_is_not_kept_twice_and_orders_nothing() -> None:
    opened(NUMBER)
    first = keep_number(NUMBER, 1, day("2026-11-10"))
    assert keep_number(NUMBER, 3, day("2026-11-11")) == first
    with pytest.raises(WanhaoError, match="kept for later"):
        order_product(group_of(), "data-pack-10", day("2026-11-12"))
    resume_number(NUMBER, day("2026-11-12"))
    with pytest.raises(WanhaoError, match="not kept"):
        resume_number(NUMBER, day("2026-11-12"))


def test_whoever_owes_is_stopped_or_has_secondary_cards_keeps_no_number() -> None:
    account = opened(NUMBER)
    with pytest.raises(WanhaoError, match="1 to 3 months"):
        keep_number(NUMBER, 4, day("2026-11-10"))
    billed(account, 5900)
    with pytest.raises(WanhaoError, match="owes something"):
        keep_number(NUMBER, 1, day("2026-11-10"))
    order = AccountOrder(account=a_family(), offering_codes=("lexiang-4g-99",))
    open_accounts([order], day("2026-10-01"))
    with pytest.raises(WanhaoError, match="main card"):
        keep_number(16907920001, 1, day("2026-11-10"))


def test_a_secondary_card_is_kept_alone() -> None:
    order = AccountOrder(account=a_family(), offering_codes=("lexiang-4g-99",))
    open_accounts([order], day("2026-10-01"))
    group = group_of(16907920001)
    add_card(group, 16907920004, day("2026-10-01", 11))
    before = fee_of(202612, group)
    keep_number(16907920004, 1, day("2026-11-10"))
    assert before - fee_of(202612, group) == 1000 - 500
    assert [barring_of(16907920000 + n) for n in (1, 2, 4)] == [
        Barring.NONE,
        Barring.NONE,
        Barring.ALL,
    ]


def test_a_loss_is_reported_and_taken_back_once() -> None:
    opened(NUMBER)
    night = at("2026-11-10 02:00")
    assert [report_loss(NUMBER, night), report_loss(NUMBER, night)] == [True, False]
    assert barring_of(NUMBER) is Barring.ALL
    assert [cancel_loss(NUMBER, night), cancel_loss(NUMBER, night)] == [True, False]
    assert barring_of(NUMBER) is Barring.NONE
    assert report_loss(NUMBER, day("2026-11-11"))
    assert len(messages_of("lost")) == 3


def test_a_lost_line_of_a_stopped_account_stays_barred_after_the_payment() -> None:
    account = stopped_account()
    report_loss(NUMBER, day("2026-11-26", 12))
    take_payment(account, 5900, "P", day("2026-11-26", 13))
    assert (live_stops([account]), barring_of(NUMBER)) == ({}, Barring.ALL)
    cancel_loss(NUMBER, day("2026-11-26", 14))
    assert barring_of(NUMBER) is Barring.NONE
    assert live_line_stops([lines_by_number([NUMBER])[NUMBER].line_id]) == {}


@pytest.mark.parametrize("row", rows_of(PAGE, "asked"), ids=" ".join)
def test_service_for_a_while_ends_by_day(row: tuple[str, ...]) -> None:
    asked, ends = row
    assert clock(grant_ends(at(asked))) == ends


def test_service_is_given_for_a_while_told_and_taken_back() -> None:
    account = stopped_account()
    accept_messages(STOPPED)
    begins = day("2026-11-26", 12)
    grant = emergency_resume(account, begins)
    assert emergency_resume(account, begins) == grant
    assert barring_of(NUMBER) is Barring.NONE
    assert HeldRight.objects.get(account_id=account).left == 1
    accept_messages(begins)
    keep_until(at("2026-11-27 09:00"))
    accept_messages(at("2026-11-27 09:00"))
    keep_until(at("2026-11-27 11:50"))
    accept_messages(at("2026-11-27 11:50"))
    keep_until(at("2026-11-27 11:59"))
    assert barring_of(NUMBER) is Barring.NONE
    keep_until(grant.until)
    assert (barring_of(NUMBER), running_grants([account])) == (Barring.OUTGOING, {})
    texts = [message.text for message in messages_of("emergency")]
    assert ["27日12:00" in text for text in texts] == [True, True]


def test_a_grant_that_is_looked_at_late_does_not_end_at_night() -> None:
    account = stopped_account()
    emergency_resume(account, at("2026-11-26 19:59"))
    keep_due({END_GRANT: KEEPERS[END_GRANT]}, at("2026-11-27 20:30"))
    assert barring_of(NUMBER) is Barring.NONE
    keep_until(at("2026-11-28 09:00"))
    assert barring_of(NUMBER) is Barring.OUTGOING


def test_it_is_given_once_for_a_stop_and_only_with_the_right() -> None:
    account = stopped_account()
    grant = emergency_resume(account, day("2026-11-26", 12))
    keep_until(grant.until)
    with pytest.raises(WanhaoError, match="since it was stopped"):
        emergency_resume(account, day("2026-12-02"))


def test_without_the_right_nothing_is_given() -> None:
    account = stopped_account(rights=0)
    with pytest.raises(WanhaoError, match="does not give"):
        emergency_resume(account, day("2026-11-26", 12))
    assert (running_grants([account]), barring_of(NUMBER)) == ({}, Barring.OUTGOING)


def test_once_in_a_month_and_only_while_stopped() -> None:
    account = stopped_account()
    emergency_resume(account, day("2026-11-26", 12))
    take_payment(account, 5900, "P", day("2026-11-26", 13))
    assert running_grants([account]) == {}
    assert not Promise.objects.filter(kind="end-grant", state=PromiseState.OPEN).exists()
    with pytest.raises(WanhaoError, match="not stopped"):
        emergency_resume(account, day("2026-11-26", 14))


def test_a_step_that_falls_due_meanwhile_waits_for_the_end() -> None:
    account = stopped_account()
    keep_until(at("2026-11-27 09:00"))
    accept_messages(at("2026-11-27 09:00"))
    grant = emergency_resume(account, at("2026-11-28 08:30"))
    keep_until(at("2026-11-28 18:00"))
    assert barring_of(NUMBER) is Barring.NONE
    keep_until(grant.until)
    keep_until(grant.until + timedelta(minutes=10))
    ended = clock(grant.until + timedelta(minutes=10))
    assert clock(live_stops([account])[account].two_way_at) == ended
    assert barring_of(NUMBER) is Barring.ALL
