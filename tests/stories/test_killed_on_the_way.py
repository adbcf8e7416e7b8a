"""Meter, worker and SMS link are killed at any moment: nobody is told twice or forgotten."""

import random
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.communications.policies import at_any_hour
from tests.parties.examples import a_line, an_account
from tests.stories.killed_processes import NAMES, Processes
from tests.stories.records import drop_records, record
from wanhao.channels.sms.peer import SmscPeer
from wanhao.communications.actions import set_opt_out
from wanhao.communications.contracts import MessageState, Reason
from wanhao.communications.models import CommunicationMessage, ReminderDecision
from wanhao.communications.queries import messages_by_state
from wanhao.products.actions import load_catalogue
from wanhao.products.catalogue import read_catalogue
from wanhao.project.demo.usage_files import FileFormat, UsageRecord
from wanhao.usage.queries import meter_status
from wanhao.workflows.open_accounts import AccountOrder, open_accounts
from wanhao.workflows.watch_thresholds import watch_thresholds

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
SEED = 20261122
LINES = range(16907910001, 16907910101)
OPTED_OUT = set(LINES[::10])
SWITCHED_OFF = ("voice-80", "message-80", "balance-15")
STRONGER = {"voice-80": "voice-100", "message-80": "message-100", "balance-15": "balance-5"}
OPENING_FEN = 2000
FILES, SENT_TWICE, STRANGE = 20, 5, 2
STREAM_SECONDS = 24.0
PATIENCE = 240.0
ANSWER_MS = 150
"""How long the SMSC takes to answer, so that a kill finds messages on the way."""
PLAN = {plan.code: plan for plan in read_catalogue()}["custom-prepaid-19"]


@pytest.fixture
def processes(tmp_path: Path, smsc: SmscPeer) -> Iterator[Processes]:
    data = tmp_path / "data"
    (data / "usage" / "inbox").mkdir(parents=True)
    made = Processes(data, smsc)
    yield made
    made.stop()


def open_all() -> None:
    """A hundred prepaid lines with ¥20.00; every tenth switched off what may be switched off."""
    load_catalogue()
    orders = [
        AccountOrder(
            account=an_account(f"a-{number}", (a_line(number),)),
            offering_codes=(PLAN.code,),
            opening_balance_fen=OPENING_FEN,
            payment_reference=f"p-{number}",
        )
        for number in LINES
    ]
    now = datetime.now(UTC)
    at_any_hour(now)
    opened = open_accounts(orders, now)
    watch_thresholds(now)
    for account in opened:
        line = account.groups[0].lines[0]
        for rule in SWITCHED_OFF if line.number in OPTED_OUT else ():
            set_opt_out(line.line_id, rule, True, now)


def a_month(chance: random.Random) -> list[list[UsageRecord]]:
    """Twenty files in which most lines use up most of what they have."""
    start = int(time.time()) - 300
    files: list[list[UsageRecord]] = [[] for _ in range(FILES)]
    identity = 0
    for number in LINES:
        for service, most in (("voice", 160), ("message", 70)):
            left = chance.randint(0, most)
            while left > 0:
                identity += 1
                part = min(left, chance.randint(1, 12))
                left -= part
                chance.choice(files).append(record(identity, number, service, part, start=start))
    for _ in range(FILES * SENT_TWICE):
        sent = chance.choice(files[: FILES // 2])
        chance.choice(files[FILES // 2 :]).append(chance.choice(sent))
    for file in files:
        for _ in range(STRANGE):
            identity += 1
            file.append(record(identity, 19_999_999_999, "voice", 1, start=start))
        chance.shuffle(file)
    return files


def expected_reminders(files: list[list[UsageRecord]]) -> set[tuple[int, str]]:
    """Who must hear of which rule, counted one record after the other."""
    used: Counter[tuple[int, str]] = Counter()
    for sent in {one for file in files for one in file}:
        used[sent.number, sent.service] += sent.quantity // (60 if sent.service == "voice" else 1)
    expected = set()
    for number in LINES:
        left = OPENING_FEN
        for service, free, price in (
            ("voice", PLAN.voice_minutes, PLAN.voice_price_fen),
            ("message", PLAN.messages, PLAN.message_price_fen),
        ):
            total = used[number, service]
            expected |= {(number, f"{service}-{p}") for p in (80, 100) if total * 100 >= p * free}
            left -= max(total - free, 0) * price
        expected |= {(number, f"balance-{yuan}") for yuan in (15, 5) if left < yuan * 100}
    return expected


def stream(processes: Processes, files: list[list[UsageRecord]], chance: random.Random) -> None:
    """Drop one file after the other while processes die at random moments."""
    inbox = processes.printed.parent / "usage" / "inbox"
    drops = [(STREAM_SECONDS * n / FILES, n) for n in range(FILES)]
    kills = sorted((chance.uniform(0.5, STREAM_SECONDS), name) for name in NAMES for _ in range(5))
    began = time.monotonic()
    while drops or kills:
        passed = time.monotonic() - began
        if drops and drops[0][0] <= passed:
            place = drops.pop(0)[1]
            kind = list(FileFormat)[place % len(FileFormat)]
            drop_records(inbox, f"usage-{place}", files[place], kind)
        if kills and kills[0][0] <= passed:
            processes.kill(kills.pop(0)[1])
        processes.keep_up()
        time.sleep(0.05)


def wait_for_the_end(processes: Processes, records: int) -> None:
    """Until everything is counted and every message has its end, or nobody knows it."""
    ends = (
        MessageState.DELIVERED,
        MessageState.UNKNOWN,
        MessageState.FAILED,
        MessageState.WITHDRAWN,
        MessageState.MERGED,
    )
    deadline = time.monotonic() + PATIENCE
    while True:
        states = messages_by_state()
        status = meter_status(datetime.now(UTC))
        waiting = sum(count for state, count in states.items() if state not in ends)
        if status.records_in >= records and not waiting:
            return
        told = f"{status} {states} {processes.printed.read_text()[-3000:]}"
        assert time.monotonic() < deadline, told
        processes.keep_up()
        time.sleep(0.2)


def on_handsets(smsc: SmscPeer) -> Counter[tuple[int, str]]:
    """Every SMS that reached somebody, by number and text."""
    found: list[dict] = []
    while more := smsc.messages(found[-1]["seq"] if found else 0):
        found += more
    return Counter((int(message["to"]), message["text"]) for message in found)


def test_killed_at_random_moments_everybody_is_told_once(
    processes: Processes, smsc: SmscPeer
) -> None:
    chance = random.Random(SEED)
    open_all()
    files = a_month(chance)
    records = sum(len(file) for file in files)
    expected = expected_reminders(files)
    smsc.post("/mode", delay_ms=ANSWER_MS)
    stream(processes, files, chance)
    wait_for_the_end(processes, records)
    assert min(processes.killed[name] for name in NAMES) >= 3

    status = meter_status(datetime.now(UTC))
    strange, twice = FILES * STRANGE, records - len({one for file in files for one in file})
    assert (status.records_in, status.quarantined) == (records, strange)
    assert (status.duplicate, status.metered) == (twice, records - strange - twice)
    everybody_was_told_once(expected, smsc)


def everybody_was_told_once(expected: set[tuple[int, str]], smsc: SmscPeer) -> None:
    """Each reminder was decided once; what was sent reached its handset once."""
    rows = ReminderDecision.objects.values_list("line__number", "rule", "outcome")
    decided = Counter((number, rule) for number, rule, _ in rows)
    assert decided == Counter(expected)
    unwanted = {(n, rule) for n, rule in expected if n in OPTED_OUT and rule in SWITCHED_OFF}
    assert {(n, rule) for n, rule, outcome in rows if outcome == "opted_out"} == unwanted

    states = {state.value: count for state, count in messages_by_state().items() if count}
    assert set(states) <= {"delivered", "unknown", "merged", "withdrawn"}
    assert sum(states.values()) == len(expected) - len(unwanted)
    assert_only_the_weaker_were_withdrawn(expected)
    arrived = on_handsets(smsc)
    assert set(arrived.values()) == {1}
    sent = CommunicationMessage.objects.values_list("number", "text", "state")
    assert {(n, text) for n, text, state in sent if state == "delivered"} <= set(arrived)
    told = {(n, text) for n, text, state in sent if state != "withdrawn"}
    assert set(arrived) <= told
    print(f"{len(expected)} reminders, {states}, {len(arrived)} on handsets")


def assert_only_the_weaker_were_withdrawn(expected: set[tuple[int, str]]) -> None:
    """A reminder that came too late, since the stronger one was already on its way."""
    withdrawn = CommunicationMessage.objects.filter(state="withdrawn")
    for number, rule, reason in withdrawn.values_list("number", "decision__rule", "error"):
        assert reason == Reason.OUTDONE.value
        assert (number, STRONGER[rule]) in expected
