"""Whatever happens to an account that owes, and in whichever order: nobody is stopped untold, at
night, or for nothing, and service that is back has nothing left to follow it."""

from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

from tests.workflows.debtors import (
    accept_messages,
    at,
    barring_of,
    billed,
    keep_until,
    opened,
)
from wanhao.billing.stop_contracts import ServiceState, StopView
from wanhao.billing.stop_times import by_day
from wanhao.billing.stops import debts_due, live_stops, stop_history
from wanhao.communications.models import CommunicationMessage
from wanhao.network.contracts import Barring
from wanhao.promises.models import Promise
from wanhao.values.cycle import SHANGHAI
from wanhao.workflows.stop_steps import NEXT_STEP, STOP_SERVICE, step_key, stop_key
from wanhao.workflows.take_payment import take_payment

pytestmark = pytest.mark.usefixtures("catalogue")
NUMBER, OCTOBER = 16907910001, 202610
BEGINS = at("2026-11-26 08:00")
AFTER_DUE = date(2026, 11, 26)
BARS = {
    ServiceState.ONE_WAY: Barring.OUTGOING,
    ServiceState.TWO_WAY: Barring.ALL,
    ServiceState.TERMINATED: Barring.REMOVED,
}
events = st.lists(
    st.tuples(
        st.sampled_from(["accept", "accept", "accept", "pay", "wait"]),
        st.one_of(st.just(5_900), st.integers(1, 5_900)),
        st.sampled_from([1, 7, 13, 26, 26, 50, 170, 400]),
    ),
    min_size=6,
    max_size=24,
)


@settings(
    max_examples=30,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(history=events)
def test_every_history_is_lawful(history: list[tuple[str, int, int]]) -> None:
    before = transaction.savepoint()
    try:
        live_through(history)
    finally:
        transaction.savepoint_rollback(before)


def live_through(history: list[tuple[str, int, int]]) -> None:
    now, account = BEGINS, opened(NUMBER)
    billed(account, 5900)
    keep_until(now)
    if len(history) % 4:
        accept_messages(now)
    for place, (what, fen, hours) in enumerate(history):
        now += timedelta(hours=hours, minutes=fen % 60)
        keep_until(now)
        if what == "accept":
            accept_messages(now)
        elif what == "pay":
            take_payment(account, fen, f"payment {place}", now)
        keep_until(now)
        look_at(account)
    for stop in stop_history(account):
        event(f"{stop.state}, {'lifted' if stop.lifted_at else 'lasts'}")


def look_at(account: int) -> None:
    """All that must hold at any moment."""
    stop = live_stops([account]).get(account)
    for one in stop_history(account):
        look_at_steps(one)
    expected = Barring.NONE if stop is None else BARS[stop.state]
    assert barring_of(NUMBER) in ((expected, None) if stop is None else (expected,))
    if stop is None:
        left = Promise.objects.filter(kind__in=[NEXT_STEP, "announce-step"])
        assert not left.filter(state__in=["open", "held"]).exists()
        assert not stop_history(account) or account not in debts_due([account], AFTER_DUE)


def look_at_steps(stop: StopView) -> None:
    """Each step was told before it, and began by day."""
    steps = [(STOP_SERVICE, stop_key(stop.account_id, OCTOBER), stop.since)]
    if stop.two_way_at:
        key = step_key(stop.stop_id, ServiceState.TWO_WAY)
        steps.append((NEXT_STEP, key, stop.two_way_at))
    if stop.terminated_at:
        key = step_key(stop.stop_id, ServiceState.TERMINATED)
        steps.append((NEXT_STEP, key, stop.terminated_at))
    for kind, key, began in steps:
        told = CommunicationMessage.objects.get(holds_kind=kind, holds_key=key)
        carrier = told.carrier or told
        assert carrier.accepted_at is not None
        assert carrier.accepted_at <= began
        assert by_day(began) == began, began.astimezone(SHANGHAI)
