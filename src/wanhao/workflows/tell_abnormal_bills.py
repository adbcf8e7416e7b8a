"""Tell abnormal bills: when a month's bills are out, whose is far above the usual; in chunks."""

from collections.abc import Sequence
from datetime import datetime

from wanhao.billing.bills.contracts import AbnormalBill
from wanhao.billing.bills.queries import ABNORMAL_TIMES, abnormal_bills
from wanhao.communications.actions import decide_reminders
from wanhao.communications.contracts import Metric, Trigger
from wanhao.promises.actions import make
from wanhao.promises.contracts import DuePromise, NewPromise

KIND = "abnormal-bill"
AT_ONCE = 1_000


def promise_abnormal_bills(cycle: int, now: datetime) -> None:
    """The bills of a month are all out: see that those far above the usual are told at once."""
    make([_promise(cycle, 0, now)], now)


def tell_abnormal_bills(promises: Sequence[DuePromise], now: datetime) -> None:
    """Tell the next accounts of each of these months."""
    for promise in promises:
        cycle = int(str(promise.payload["cycle"]))
        after = int(str(promise.payload["after"]))
        found = abnormal_bills(cycle, after=after, limit=AT_ONCE)
        decide_reminders([_trigger(one, now) for one in found], batch=0, now=now)
        if len(found) == AT_ONCE:
            make([_promise(cycle, found[-1].account_id, now)], now)


def _promise(cycle: int, after: int, now: datetime) -> NewPromise:
    return NewPromise(
        kind=KIND,
        key=f"{cycle}:{after}",
        due_at=now,
        payload={"cycle": cycle, "after": after},
    )


def _trigger(found: AbnormalBill, now: datetime) -> Trigger:
    return Trigger(
        metric=Metric.BILL,
        threshold=ABNORMAL_TIMES,
        account_id=found.account_id,
        group_id=None,
        number=None,
        cycle=found.cycle,
        episode=0,
        occurred_at=int(now.timestamp()),
        said={"cycle": found.cycle, "fee": found.total_fen, "mean": found.mean_fen},
    )
