"""The whole path: an account is opened, a file is dropped, and a handset shows an SMS."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.communications.policies import at_any_hour
from tests.parties.examples import a_line, an_account
from tests.stories.records import drop_records, record
from wanhao.channels.sms.contracts import SmscConfig, SmsConfig
from wanhao.channels.sms.peer import SmscPeer
from wanhao.channels.sms.process import run_sms
from wanhao.communications.actions import release_due, set_opt_out
from wanhao.communications.contracts import MessageState
from wanhao.communications.models import ReminderDecision
from wanhao.communications.queries import messages_by_state
from wanhao.parties.contracts import Language, OpenedAccount, PayType
from wanhao.products.actions import load_catalogue
from wanhao.usage.folders import Folders
from wanhao.usage.local import LocalMeter
from wanhao.usage.queries import meter_status
from wanhao.workflows.open_accounts import AccountOrder, open_accounts
from wanhao.workflows.take_payment import take_payment
from wanhao.workflows.tell_customers import TellCustomers
from wanhao.workflows.watch_thresholds import watch_thresholds

pytestmark = pytest.mark.django_db(transaction=True)
LI, EMMA, PENG = 16907910001, 16907910002, 16907910003
PATIENCE = 90.0
TUESDAY = ((4, LI, 1), (5, EMMA, 1), (6, PENG, 1))
LI_VOICE_80 = (
    "您本月已用语音40分钟，共有50分钟，还剩10分钟，"
    "超出后按¥0.15/分钟计费。可拨10000换套餐。【万号】"
)
LI_VOICE_100 = "您本月语音50分钟已用完，继续通话按¥0.15/分钟计费。可拨10000换套餐。【万号】"
EMMA_VOICE_80 = "80 of 100 min used, 20 left, then ¥0.15/min. Call 10000.【万号】"


def below_15(left: str) -> str:
    return f"您的余额还有{left}，已低于¥15.00。请及时充值，以免影响使用。【万号】"


class Operator:
    """An operator whose meter, worker and SMS link run from one call of `work` to its end."""

    def __init__(self, folder: Path, smsc: SmscPeer) -> None:
        self.folders = Folders(folder / "usage")
        self.smsc = smsc
        self.start = int(time.time()) - 300

    @contextmanager
    def running(self) -> Iterator[LocalMeter]:
        """A meter that has come up, and an SMS link beside it."""
        stop = threading.Event()
        bind = SmscConfig(
            host="127.0.0.1",
            port=self.smsc.address.port,
            system_id="wanhao",
            password="wanhao1",
            source="10001",
            per_second=1000.0,
        )
        config = SmsConfig(binds=(bind,), idle_poll=0.05)
        link = threading.Thread(
            target=run_sms, args=(stop, config), kwargs={"report": lambda line: None}
        )
        meter = LocalMeter(folders=self.folders, sink=TellCustomers(), shards=2)
        meter.start()
        link.start()
        try:
            yield meter
        finally:
            stop.set()
            link.join(PATIENCE)
            meter.stop()
        assert not link.is_alive()

    def work(self, *calls: tuple[int, int, int], name: str = "calls") -> None:
        """Come up, count a file of calls (id, number, minutes), tell everybody, and stop."""
        records = [
            record(identity, number, "voice", minutes, start=self.start)
            for identity, number, minutes in calls
        ]
        with self.running() as meter:
            if records:
                drop_records(self.folders.inbox, name, records)
            while meter.step():
                pass
            release_due(datetime.now(UTC))
            until(self.is_quiet)

    def is_quiet(self) -> bool:
        """Whether every message has come to an end."""
        ends = (
            MessageState.DELIVERED,
            MessageState.FAILED,
            MessageState.WITHDRAWN,
            MessageState.MERGED,
        )
        return not any(n for state, n in messages_by_state().items() if state not in ends)

    def reads(self, number: int) -> list[str]:
        """What the customer's handset shows, oldest first."""
        return [message["text"] for message in self.smsc.get(f"/messages/{number}")["messages"]]


def until(what: Callable[[], object]) -> None:
    """Wait for it to become true."""
    deadline = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def open_three() -> tuple[OpenedAccount, OpenedAccount, OpenedAccount]:
    """Li has a prepaid card with ¥20.00; Emma reads English; Peng switched voice-80 off."""
    load_catalogue()
    postpaid = PayType.POSTPAID
    li = an_account("li", (a_line(LI),))
    emma = an_account("emma", (a_line(EMMA, language=Language.EN),), pay_type=postpaid)
    peng = an_account("peng", (a_line(PENG),), pay_type=postpaid)
    now = datetime.now(UTC)
    at_any_hour(now)
    opened = open_accounts(
        [
            AccountOrder(
                account=li,
                offering_codes=("custom-prepaid-19",),
                opening_balance_fen=2000,
                payment_reference="li-first",
            ),
            AccountOrder(account=emma, offering_codes=("lexiang-4g-59",)),
            AccountOrder(account=peng, offering_codes=("lexiang-4g-59",)),
        ],
        now,
    )
    watch_thresholds(now)
    set_opt_out(opened[2].groups[0].lines[0].line_id, "voice-80", True, now)
    return opened[0], opened[1], opened[2]


def test_a_customer_is_told_once_and_again_only_after_paying(
    tmp_path: Path, smsc: SmscPeer
) -> None:
    li, _, peng = open_three()
    operator = Operator(tmp_path, smsc)
    all_reach_80_per_cent(operator)
    (decision,) = ReminderDecision.objects.filter(subject_id=peng.groups[0].group_id)
    assert (decision.rule, decision.outcome) == ("voice-80", "opted_out")
    nothing_new_tells_nothing(operator)
    li_falls_below_15_yuan(operator)
    li_pays_and_falls_below_it_again(operator, li)
    assert len(smsc.messages()) == 5


def all_reach_80_per_cent(operator: Operator) -> None:
    """39 of 50 minutes say nothing, the fortieth is exactly 80 %."""
    operator.work((1, LI, 39), (2, EMMA, 79), (3, PENG, 79), name="monday")
    assert operator.smsc.messages() == []
    operator.work(*TUESDAY, name="tuesday")
    assert operator.reads(LI) == [LI_VOICE_80]
    assert operator.reads(EMMA) == [EMMA_VOICE_80]
    assert operator.reads(PENG) == []


def nothing_new_tells_nothing(operator: Operator) -> None:
    """The same file, the same records in another file, and everything started anew."""
    operator.work(*TUESDAY, name="tuesday")
    operator.work(*reversed(TUESDAY), name="tuesday-again")
    operator.smsc.stop()
    operator.smsc.start()
    operator.work()
    assert len(operator.smsc.messages()) == 2
    status = meter_status(datetime.now(UTC))
    assert (status.records_in, status.metered, status.duplicate) == (9, 6, 3)


def li_falls_below_15_yuan(operator: Operator) -> None:
    """Ten minutes left and 33 beyond the plan: ¥4.95 of ¥20.00. One more, and ¥14.90 is left."""
    operator.work((7, LI, 10 + 33))
    assert operator.reads(LI) == [LI_VOICE_80, LI_VOICE_100]
    operator.work((8, LI, 1))
    assert operator.reads(LI)[2:] == [below_15("¥14.90")]
    operator.work((9, LI, 1))
    assert len(operator.reads(LI)) == 3


def li_pays_and_falls_below_it_again(operator: Operator, li: OpenedAccount) -> None:
    """¥14.75 and ¥1.00 paid make ¥15.75; five minutes more leave exactly ¥15.00."""
    take_payment(li.account_id, 100, "li-second", datetime.now(UTC))
    operator.work((10, LI, 5))
    assert len(operator.reads(LI)) == 3
    operator.work((11, LI, 1))
    assert operator.reads(LI)[3:] == [below_15("¥14.85")]
    told = ReminderDecision.objects.filter(rule="balance-15").order_by("id")
    first, second = told.values_list("episode", flat=True)
    assert second > first
