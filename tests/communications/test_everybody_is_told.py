"""Whatever happens, each decision to tell ends in one of four ways, and the policy is kept.

Random crossings, opt-outs and payments on two days, with several workers and senders at once.
"""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from django.db import connection
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.communications.conftest import a_street
from tests.communications.crossings import balance_crossing, data_crossing, voice_crossing
from wanhao.billing.actions import open_balances, record_payment
from wanhao.communications.actions import (
    claim_for_sending,
    decide_reminders,
    mark_accepted,
    mark_failed,
    mark_unknown,
    put_back,
    release_due,
    set_opt_out,
)
from wanhao.communications.contracts import MessageState, OutgoingMessage, Trigger
from wanhao.communications.in_force import as_delivered
from wanhao.communications.models import CommunicationMessage, ReminderDecision
from wanhao.communications.quiet import day_start, quiet_end
from wanhao.parties.contracts import OpenedAccount
from wanhao.products.actions import load_catalogue

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
START = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)  # 09:00 in Nanchang
HOURS = 30
SENT = ("submitting", "accepted", "delivered", "unknown", "failed")
HOUSES = 3
Rows = dict[int, CommunicationMessage]
# Each example has houses of its own, so what an earlier one left does not matter.
EXAMPLES = count()
ENDS = ("accepted", "failed", "unknown", "put back")


@dataclass(frozen=True)
class Event:
    """Something that happens to a house in an hour."""

    hour: int
    house: int
    what: str
    much: int


events = st.builds(
    Event,
    hour=st.integers(0, HOURS - 1),
    house=st.integers(0, HOUSES - 1),
    what=st.sampled_from(["voice", "voice", "data", "balance", "opt out", "pay"]),
    much=st.integers(0, 3),
)


def trigger(event: Event, house: OpenedAccount, number: int) -> Trigger:
    if event.what == "voice":
        return voice_crossing(house, (80, 100)[event.much % 2], episode=number)
    if event.what == "data":
        return data_crossing(house, (80, 100)[event.much % 2])
    return balance_crossing(house, (1500, 500)[event.much % 2], left=300)


def happen(event: Event, house: OpenedAccount, number: int, now: datetime) -> None:
    line = house.groups[0].lines[0].line_id
    if event.what == "opt out":
        set_opt_out(line, "voice-80", True, now)
    elif event.what == "pay":
        reference = f"{house.reference}-{number}"
        record_payment(account_id=house.account_id, amount_fen=2000, reference=reference, now=now)
    else:
        decide_reminders([trigger(event, house, number)], batch=number, now=now)


class Sending:
    """Several workers and senders in one hour; notes what left the house, and when."""

    def __init__(self, ends: list[str]) -> None:
        self.ends = ends
        self.left: list[tuple[int, datetime]] = []

    def hour(self, now: datetime) -> None:
        workers = [lambda: self.work(now)] * 2 + [lambda: self.send(now)] * 2
        threads = [threading.Thread(target=closing(work)) for work in workers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        self.work(now)
        self.send(now)

    def work(self, now: datetime) -> None:
        while release_due(now, limit=2):
            pass

    def send(self, now: datetime) -> None:
        for _ in range(4):
            for message in claim_for_sending("sender", 2, now):
                self.end(message, now)

    def end(self, message: OutgoingMessage, now: datetime) -> None:
        how = self.ends[message.message_id % len(self.ends)]
        if how == "put back":
            self.ends = [end for end in self.ends if end != "put back"] or ["accepted"]
            put_back(message.message_id, now)
            return
        self.left.append((message.message_id, now))
        if how == "accepted":
            mark_accepted(message.message_id, [f"a{message.message_id}"], now)
        elif how == "failed":
            mark_failed(message.message_id, "refused", now)
        else:
            mark_unknown(message.message_id, now)


def closing(work: Callable[[], None]) -> Callable[[], None]:
    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    return run


# Not made smaller when it fails: each example lives through two days.
@settings(
    max_examples=6,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    happenings=st.lists(events, min_size=5, max_size=40),
    ends=st.lists(st.sampled_from(ENDS), min_size=1, max_size=4),
)
def test_each_decision_to_tell_ends_in_one_way(
    catalogue: None, happenings: list[Event], ends: list[str]
) -> None:
    houses = a_street(HOUSES, after=next(EXAMPLES) * HOUSES)
    open_balances([house.account_id for house in houses], START)
    sending = Sending(ends)
    for hour in the_hours(happenings):
        now = START + timedelta(hours=hour)
        for number, event in enumerate(happenings):
            if event.hour == hour:
                happen(event, houses[event.house], number, now)
        sending.hour(now + timedelta(minutes=2))
    numbers = [house.groups[0].lines[0].number for house in houses]
    rows = CommunicationMessage.objects.filter(number__in=numbers).in_bulk()
    the_policy_was_kept(sending, rows)
    everybody_was_told_or_not_with_a_reason(sending, rows)
    told = ReminderDecision.objects.filter(outcome="told", line__number__in=numbers)
    assert told.count() == len(rows)


@pytest.fixture
def catalogue(transactional_db: None) -> None:
    load_catalogue()


def the_hours(happenings: list[Event]) -> list[int]:
    """When something happens, and the first night, the next morning and noon."""
    return sorted({event.hour for event in happenings} | {14, 23, HOURS - 1})


def the_policy_was_kept(sending: Sending, rows: Rows) -> None:
    given = as_delivered()
    for message_id, at in sending.left:
        if message_id in rows and quiet_end(given.policy, at) is not None:
            assert given.by_code[rows[message_id].rule].night
    released = sorted(
        (row for row in rows.values() if row.released_at and row.state in SENT),
        key=lambda row: (row.released_at, row.delivery_class != "required", row.pk),
    )
    counted: Counter[tuple[int, datetime]] = Counter()
    for row in released:
        assert row.released_at is not None
        day = (row.number, day_start(row.released_at))
        counted[day] += row.delivery_class == "comfort"
    assert all(count <= given.policy.daily_cap for count in counted.values())


def everybody_was_told_or_not_with_a_reason(sending: Sending, rows: Rows) -> None:
    left = Counter(message_id for message_id, _ in sending.left)
    for row in rows.values():
        if row.state == MessageState.MERGED.value:
            carrier = rows[row.carrier_id or 0]
            assert carrier.state in (*SENT, "released")
            assert left[row.pk] == 0
        elif row.state == MessageState.WITHDRAWN.value:
            assert row.error
            assert left[row.pk] == 0
        elif row.state == MessageState.PLANNED.value:
            assert row.waits or row.release_at >= START + timedelta(hours=HOURS - 1)
        elif row.delivery_class == "comfort" and row.state in SENT:
            assert left[row.pk] == 1
        elif row.state in SENT:
            assert 1 <= left[row.pk] <= 3
