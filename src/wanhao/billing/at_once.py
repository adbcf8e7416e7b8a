"""An account's money and what is stopped, asked at once: what a page of a customer shows first."""

from collections.abc import Sequence
from typing import Any

from wanhao.billing.stop_contracts import (
    LineStopKind,
    LineStopView,
    MoneyAtOnce,
    ServiceState,
    StopReason,
    StopView,
)
from wanhao.prepared.questions import ask

AT_ONCE = """
SELECT coalesce(balance.balance_fen, 0) + coalesce((
        SELECT sum(bucket.balance_fen) FROM wanhao_billing_balancebucket AS bucket
        WHERE bucket.account_id = asked.account_id AND bucket.kind = 'gifted'
    ), 0)::bigint,
    coalesce(balance.balance_fen < 0, false),
    stop.id, stop.account_id, stop.cycle, stop.owed_fen, stop.reason, stop.state, stop.since,
    stop.lifted_at, stop.two_way_at, stop.terminated_at, stop.spent_fen, stop.billed_through,
    own.id, own.line_id, own.kind, own.since, own.until, own.lifted_at
FROM (SELECT %s::bigint AS account_id, %s::bigint AS line_id) AS asked
LEFT JOIN wanhao_billing_accountbalance AS balance USING (account_id)
LEFT JOIN wanhao_billing_servicestop AS stop
    ON stop.account_id = asked.account_id AND stop.lifted_at IS NULL
LEFT JOIN wanhao_billing_linestop AS own
    ON own.line_id = asked.line_id AND own.lifted_at IS NULL
ORDER BY own.kind
"""
STOP = (
    "stop_id",
    "account_id",
    "cycle",
    "owed_fen",
    "reason",
    "state",
    "since",
    "lifted_at",
    "two_way_at",
    "terminated_at",
    "spent_fen",
    "billed_through",
)
LINE_STOP = ("line_stop_id", "line_id", "kind", "since", "until", "lifted_at")


def money_at_once(account_id: int, line_id: int) -> MoneyAtOnce:
    """As `balances_and_debts`, `live_stops` and `live_line_stops` of one account and line; an
    account without a balance has nothing and owes nothing."""
    rows = ask(AT_ONCE, account_id, line_id)
    row = rows[0]
    return MoneyAtOnce(
        balance_fen=row[0],
        owes=row[1],
        stop=_stop(row[2:14]) if row[2] is not None else None,
        line_stops=tuple(_line_stop(one[14:]) for one in rows if one[14] is not None),
    )


def _stop(found: Sequence[Any]) -> StopView:
    told = dict(zip(STOP, found, strict=True))
    reason, state = StopReason(told["reason"]), ServiceState(told["state"])
    return StopView(**{**told, "reason": reason, "state": state})


def _line_stop(found: Sequence[Any]) -> LineStopView:
    told = dict(zip(LINE_STOP, found, strict=True))
    return LineStopView(**{**told, "kind": LineStopKind(told["kind"])})
