"""Announce stops: who has not paid is told how much and until when, and last of all holds the stop.

The stop itself is promised with the last announcement and held until the customer was told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from wanhao.billing.contracts import DebtDue
from wanhao.billing.penalties import indebted_accounts
from wanhao.billing.stops import debts_due, live_stops
from wanhao.communications.actions import decide_reminders
from wanhao.communications.contracts import Metric, Trigger
from wanhao.parties.contracts import PayType
from wanhao.parties.queries import main_lines_of_accounts, pay_types
from wanhao.promises.actions import make
from wanhao.promises.contracts import DuePromise, NewPromise
from wanhao.values.cycle import SHANGHAI
from wanhao.workflows.promise_stops import StopRound
from wanhao.workflows.stop_steps import STOP_SERVICE, stop_key

ACCOUNTS_AT_ONCE = 2_000
NO_BATCH = 0


def announce_stops(due: Sequence[DuePromise], now: datetime) -> None:
    """Keep announcements: a chunk of accounts for each, and the next chunk is promised."""
    for promise in due:
        _announce(StopRound.of(promise), promise.due_at, now)


def _announce(this: StopRound, due_at: datetime, now: datetime) -> None:
    indebted = indebted_accounts(this.after, ACCOUNTS_AT_ONCE)
    if not indebted:
        return
    owing = _owing(indebted, this)
    if this.last:
        make([_stop(account_id, this) for account_id in owing], now)
    triggers = [_trigger(account_id, debt, this, now) for account_id, debt in owing.items()]
    decide_reminders(triggers, batch=NO_BATCH, now=now)
    make([replace(this, after=indebted[-1]).promised(due_at)], now)


def _owing(indebted: Sequence[int], this: StopRound) -> Mapping[int, DebtDue]:
    """Who pays afterwards, has a line, is not stopped yet, and will owe a bill by then."""
    pays, lines = pay_types(indebted), main_lines_of_accounts(indebted)
    stopped = live_stops(indebted)
    asked = [
        each
        for each in indebted
        if pays.get(each) is PayType.POSTPAID and each in lines and each not in stopped
    ]
    debts = debts_due(asked, this.begins.astimezone(SHANGHAI).date())
    return {each: debts[each] for each in asked if each in debts and debts[each].bills_fen > 0}


def _stop(account_id: int, this: StopRound) -> NewPromise:
    return NewPromise(
        kind=STOP_SERVICE,
        key=stop_key(account_id, this.cycle),
        due_at=this.begins,
        payload={"account": account_id, "cycle": this.cycle},
        held=True,
    )


def _trigger(account_id: int, debt: DebtDue, this: StopRound, now: datetime) -> Trigger:
    return Trigger(
        metric=Metric.STOP,
        threshold=None,
        account_id=account_id,
        group_id=None,
        number=None,
        cycle=this.cycle,
        episode=this.cycle,
        tier=this.tier,
        said={"owed": debt.total_fen, "time": this.begins.astimezone(SHANGHAI).isoformat()},
        # The last one must arrive, however late: without it nothing is stopped.
        holds=(STOP_SERVICE, stop_key(account_id, this.cycle)) if this.last else None,
        expires_at=None if this.last else int(this.begins.timestamp()),
        occurred_at=int(now.timestamp()),
    )
