"""A preview counts exactly what a meter with the changed rule would have decided."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import connection

from tests.parties.examples import a_line, an_account
from tests.usage.operators import MB, drop, meter, row, settle
from wanhao.communications.contracts import DecisionOutcome
from wanhao.communications.models import (
    CommunicationMessage,
    PreviewRun,
    ReminderDecision,
    RuleChange,
)
from wanhao.communications.preview_contracts import PreviewMethod, PreviewState
from wanhao.communications.previews import ask_preview, preview_run
from wanhao.parties.contracts import LineRole
from wanhao.parties.queries import lines_by_number
from wanhao.products.actions import load_catalogue
from wanhao.promises.actions import keep_due
from wanhao.values.errors import WanhaoError
from wanhao.workflows.open_accounts import AccountOrder, open_accounts
from wanhao.workflows.order_product import order_product
from wanhao.workflows.preview_rules import keep_previews, preview_rule
from wanhao.workflows.take_payment import take_payment
from wanhao.workflows.tell_customers import TellCustomers
from wanhao.workflows.watch_thresholds import watch_thresholds

pytestmark = pytest.mark.django_db(transaction=True)
NOVEMBER = 202611
OPENED = datetime(2026, 10, 31, 17, tzinfo=UTC)
LATER = datetime(2026, 11, 21, 4, tzinfo=UTC)
CITIES = ("3601", "3607", "3604")
FIRST = 16907910001


def opened() -> None:
    """Twelve people in three cities, each with a child's card, 乐享4G 59 and 30 yuan."""
    load_catalogue()
    watch_thresholds(OPENED)
    orders = [
        AccountOrder(
            account=an_account(
                f"A{n}",
                (a_line(FIRST + 2 * n), a_line(FIRST + 2 * n + 1, LineRole.SECONDARY)),
                city=CITIES[n % 3],
            ),
            offering_codes=("lexiang-4g-59",),
            opening_balance_fen=1_600 + 100 * n,
            payment_reference=f"open-{n}",
        )
        for n in range(12)
    ]
    open_accounts(orders, OPENED)


def lived(folder) -> None:
    """Three weeks of calls and data; some buy a pack, some pay."""
    chance = random.Random(7)
    clock = [OPENED + timedelta(hours=1)]
    opened()
    made = meter(folder, sink=TellCustomers(), clock=lambda: clock[0])
    settle(made)
    for day in range(1, 20):
        clock[0] = OPENED + timedelta(days=day)
        drop(folder, f"{day}.csv", list(a_day(chance, day, int(clock[0].timestamp()))))
        settle(made)
        if day in (9, 14):
            number = FIRST + 2 * chance.randrange(12)
            group = lines_by_number([number])[number].group_id
            order_product(group, "data-pack-10", clock[0])
        if day == 12:
            account = lines_by_number([FIRST])[FIRST].account_id
            take_payment(account, 3_000, "paid-once", clock[0])
    settle(made)
    made.stop()


def a_day(chance: random.Random, day: int, now: int):
    for n in range(30):
        number = FIRST + chance.randrange(24)
        start = now - chance.randrange(20_000)
        sign = -1 if chance.random() < 0.05 else 1
        call = chance.random() < 0.6
        quantity = chance.randrange(1, 900) if call else chance.randrange(60 * MB)
        service = "voice" if call else "data"
        yield row(1000 * day + n, number, service, quantity, start=start, sign=sign)


def decided(rule: str) -> Counter[str]:
    """How many messages a rule really decided, by city."""
    told = ReminderDecision.objects.filter(
        rule=rule, cycle=NOVEMBER, outcome=DecisionOutcome.TOLD.value
    )
    return Counter(told.values_list("line__city", flat=True))


def afresh() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock_all()")
    call_command("flush", verbosity=0, interactive=False, reset_sequences=False)


@pytest.mark.parametrize(
    ("rule", "values"),
    [
        ("voice-80", {"threshold": 70}),
        ("data-80", {"threshold": 35, "recipient": "main"}),
        ("balance-15", {"threshold": 1200}),
        ("data-80", {"enabled": False}),
    ],
)
def test_a_preview_is_what_would_have_been_decided(tmp_path, rule, values):
    lived(tmp_path / "now")
    before = decided(rule)
    found = preview_rule(rule, values, NOVEMBER, LATER)
    afresh()
    RuleChange.objects.create(
        rule=rule, values=values, valid_from=OPENED, by="test", reason="test", made_at=OPENED
    )
    lived(tmp_path / "then")
    after = decided(rule)
    assert (found.method, found.now_count) == (PreviewMethod.REPLAYED, before.total())
    assert found.then_count == after.total()
    assert {one.city: one.before for one in found.by_city if one.before} == before
    assert {one.city: one.after for one in found.by_city if one.after} == after
    assert before.total() > 0
    assert (after.total() > 0) is values.get("enabled", True)
    written = CommunicationMessage.objects.filter(rule=rule).order_by("id")
    masked = [
        f"{str(number)[:3]}****{str(number)[-4:]}"
        for number in written.values_list("number", flat=True)
    ]
    assert {one.number for one in found.samples} <= set(masked)
    assert len(found.samples) == min(5, after.total())


def test_a_worker_runs_what_was_asked_for_and_says_how_far_it_is(tmp_path):
    lived(tmp_path)
    run_id = ask_preview("voice-80", {"threshold": 70}, NOVEMBER, "clerk", LATER)
    assert preview_run(run_id).state is PreviewState.WAITING
    assert keep_due({"preview-rule": keep_previews}, LATER) == 1
    run = preview_run(run_id)
    assert (run.state, run.done) == (PreviewState.DONE, run.of)
    assert run.done > 0
    assert run.result == preview_rule("voice-80", {"threshold": 70}, NOVEMBER, LATER)
    assert keep_due({"preview-rule": keep_previews}, LATER) == 0


def test_what_cannot_be_previewed_is_refused_at_once(db):
    with pytest.raises(WanhaoError, match="no reminder rule 'voice-79'"):
        ask_preview("voice-79", {}, NOVEMBER, "clerk", LATER)
    with pytest.raises(WanhaoError, match="no value 'colour'"):
        ask_preview("voice-80", {"colour": "red"}, NOVEMBER, "clerk", LATER)
    with pytest.raises(WanhaoError, match="watches the same threshold"):
        ask_preview("voice-80", {"threshold": 100}, NOVEMBER, "clerk", LATER)
    with pytest.raises(WanhaoError, match="contact policy"):
        ask_preview("policy", {"daily_cap": 3}, NOVEMBER, "clerk", LATER)
    assert not PreviewRun.objects.exists()


def test_a_preview_that_fails_says_why(db):
    run_id = ask_preview("voice-80", {"threshold": 70}, NOVEMBER, "clerk", LATER)
    keep_due({"preview-rule": keep_previews}, LATER)
    run = preview_run(run_id)
    assert run.state is PreviewState.FAILED
    assert "No meter has counted" in run.error


def test_of_a_rule_by_the_clock_only_what_was_decided_is_known(db):
    load_catalogue()
    quiet = preview_rule("points-expiring", {"enabled": False}, NOVEMBER, LATER)
    assert (quiet.method, quiet.now_count, quiet.then_count) == (PreviewMethod.DECIDED, 0, 0)
    assert preview_rule("points-expiring", {"at": ["11-15"]}, NOVEMBER, LATER).then_count is None
