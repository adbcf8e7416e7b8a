"""Announce money stops: prepaid money or a credit limit is used up, and service stops after the
hours of grace, when the customer was told."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TypeGuard

from wanhao.billing.ports import Billing, billing_source
from wanhao.billing.stop_contracts import StopReason
from wanhao.billing.stop_times import money_stop_begins
from wanhao.billing.stops import live_stops
from wanhao.communications.contracts import FULL, Metric, Trigger
from wanhao.promises.actions import make
from wanhao.promises.contracts import NewPromise
from wanhao.usage.contracts import Crossing, MoneyCrossing
from wanhao.values.cycle import SHANGHAI
from wanhao.workflows.stop_steps import STOP_SERVICE, money_stop_key

NOTHING = 0
"""Below so many fen of a balance service stops: the meter watches it beside the rules' marks."""
METRICS = {StopReason.BALANCE: Metric.BALANCE_STOP, StopReason.CREDIT: Metric.CREDIT_STOP}


def money_stop_triggers(crossings: Sequence[Crossing], now: datetime) -> list[Trigger]:
    """What is to be told of money that is used up; the stops are promised, and held until then.

    Nobody who is stopped already is told so, and nothing stops here where billing is foreign.
    """
    used_up = [one for one in crossings if _is_used_up(one)]
    if not used_up or billing_source().billing is Billing.FOREIGN:
        return []
    stopped = live_stops({one.account_id for one in used_up})
    new = [one for one in used_up if one.account_id not in stopped]
    make(list(_promised(new, now)), now)
    return [_trigger(one, now) for one in new]


def is_below_nothing(crossing: Crossing) -> bool:
    """Whether no reminder rule speaks of it: the balance fell below nothing."""
    return isinstance(crossing, MoneyCrossing) and _reason(crossing) is StopReason.BALANCE


def _is_used_up(crossing: Crossing) -> TypeGuard[MoneyCrossing]:
    return isinstance(crossing, MoneyCrossing) and _reason(crossing) is not None


def _reason(crossing: MoneyCrossing) -> StopReason | None:
    if crossing.credit_fen:
        return StopReason.CREDIT if crossing.threshold == FULL else None
    return StopReason.BALANCE if crossing.threshold == NOTHING else None


def _promised(crossings: Sequence[MoneyCrossing], now: datetime) -> Iterator[NewPromise]:
    for one in crossings:
        kind, key = _promise_of(one)
        yield NewPromise(
            kind=kind,
            key=key,
            due_at=money_stop_begins(now),
            payload={
                "account": one.account_id,
                "cycle": one.cycle,
                "reason": (_reason(one) or StopReason.BALANCE).value,
                "episode": one.episode,
                "spent": one.spent,
                "billed": one.billed,
            },
            held=True,
        )


def _promise_of(one: MoneyCrossing) -> tuple[str, str]:
    reason = _reason(one) or StopReason.BALANCE
    return STOP_SERVICE, money_stop_key(one.account_id, reason, one.cycle, one.episode)


def _trigger(one: MoneyCrossing, now: datetime) -> Trigger:
    begins = money_stop_begins(now).astimezone(SHANGHAI)
    return Trigger(
        metric=METRICS[_reason(one) or StopReason.BALANCE],
        threshold=None,
        account_id=one.account_id,
        group_id=None,
        number=None,
        cycle=one.cycle,
        episode=one.episode,
        left_fen=one.left,
        credit_fen=one.credit_fen,
        said={"owed": one.credit_fen - one.left, "time": begins.isoformat()},
        holds=_promise_of(one),
        occurred_at=one.occurred_at,
    )
