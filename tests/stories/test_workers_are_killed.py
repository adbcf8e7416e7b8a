"""Two workers are killed while they announce stops: everybody is told once, nobody forgotten."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection, transaction

from tests.billing.bills.examples import rent
from tests.parties.examples import a_line, an_account
from wanhao.billing.bills.actions import issue_bills
from wanhao.billing.bills.contracts import BillDraft
from wanhao.communications.models import ReminderDecision
from wanhao.parties.contracts import PayType
from wanhao.products.actions import load_catalogue
from wanhao.promises.actions import make
from wanhao.promises.queries import next_due, promises
from wanhao.values.cycle import Cycle
from wanhao.workflows.open_accounts import AccountOrder, open_accounts
from wanhao.workflows.promise_stops import BEFORE_STOP, StopRound
from wanhao.workflows.stop_steps import STOP_SERVICE, stop_key

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
NUMBERS = range(16907910001, 16907910001 + 2_600)
KILLS, TIERS, PATIENCE = 4, 3, 240.0
LOCKED = """
SELECT count(*) FROM wanhao_promises_promise
WHERE state = 'open' AND kind = 'before-stop' AND next_at <= now() AND id NOT IN (
    SELECT id FROM wanhao_promises_promise
    WHERE state = 'open' AND kind = 'before-stop' FOR UPDATE SKIP LOCKED
)
"""


class Workers:
    """`wanhao worker`, twice; killed ones are started again."""

    def __init__(self, data: Path) -> None:
        database = connection.settings_dict
        self._environment = os.environ | {
            "DATABASE_URL": f"postgresql://postgres@/{database['NAME']}?host={database['HOST']}",
            "WANHAO_DATA": str(data),
        }
        self._printed = data / "printed"
        self._running = [self._started() for _ in range(2)]
        self.ends: list[int] = []

    def kill(self) -> None:
        """End both without a chance to tidy up, and start two others."""
        for worker in self._running:
            worker.send_signal(signal.SIGKILL)
        self.ends += [worker.wait(120) for worker in self._running]
        self._running = [self._started() for _ in range(2)]

    def stop(self) -> None:
        for worker in self._running:
            worker.terminate()
        self.ends += [worker.wait(60) for worker in self._running]

    def printed(self) -> str:
        return self._printed.read_text()

    def _started(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "wanhao.project.command", "worker"]
        with self._printed.open("ab") as out:
            return subprocess.Popen(command, env=self._environment, stdout=out, stderr=out)


@pytest.fixture
def debtors() -> list[int]:
    """Customers who pay afterwards and have not paid last month's bill."""
    load_catalogue()
    now = datetime.now(UTC)
    orders = [
        AccountOrder(
            account=an_account(f"a-{number}", (a_line(number),), pay_type=PayType.POSTPAID),
            offering_codes=("lexiang-4g-59",),
        )
        for number in NUMBERS
    ]
    accounts = [account.account_id for account in open_accounts(orders, now)]
    cycle = Cycle.of(now).previous.number
    issue_bills(
        [BillDraft(account_id=each, cycle=cycle, lines=(rent(5900),)) for each in accounts], now
    )
    return accounts


@pytest.fixture
def workers(debtors: list[int], tmp_path: Path) -> Iterator[Workers]:
    made = Workers(tmp_path)
    yield made
    made.stop()


def in_hand() -> bool:
    """Whether a worker is announcing at this moment."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(LOCKED)
        return bool(cursor.fetchone()[0])


def test_two_workers_killed_again_and_again_announce_each_stop_once(
    debtors: list[int], workers: Workers
) -> None:
    now = datetime.now(UTC)
    cycle = Cycle.of(now).previous.number
    begins = now + timedelta(days=60)
    rounds = [
        StopRound(cycle=cycle, begins=begins, tier=tier, tiers=TIERS)
        for tier in range(1, TIERS + 1)
    ]
    make([one.promised(now) for one in rounds], now)

    kills, end = 0, time.monotonic() + PATIENCE
    while next_due([BEFORE_STOP]) is not None:
        assert time.monotonic() < end, workers.printed()
        if kills < KILLS and in_hand():
            workers.kill()
            kills += 1
        time.sleep(0.005)

    assert workers.ends.count(-signal.SIGKILL) == 2 * kills >= 2
    decided = ReminderDecision.objects.filter(rule="before-stop")
    told = Counter(decided.values_list("subject_id", "tier"))
    assert told == Counter({(each, tier): 1 for each in debtors for tier in (1, 2, 3)})
    keys = [stop_key(each, cycle) for each in debtors]
    assert {promise.state for promise in promises(STOP_SERVICE, keys).values()} == {"held"}
    assert len(promises(STOP_SERVICE, keys)) == len(debtors)
