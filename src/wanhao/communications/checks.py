"""Is it still true? Looked at when a message is released and when it is handed to a sender.

One function per kind of reminder, each for many messages at once. Whoever paid, bought a pack,
prolonged a contract or redeemed points meanwhile is not reminded of it any more.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from wanhao.billing.credit import credit_limits
from wanhao.billing.line_stops import line_stops_by_id, running_grants
from wanhao.billing.queries import moved_since
from wanhao.billing.stops import debts_due, stops_by_id
from wanhao.communications.composing import told_late
from wanhao.communications.contracts import Metric, Reason
from wanhao.communications.deciding import live_opt_outs
from wanhao.communications.figures import MB
from wanhao.communications.in_force import RulesInForce
from wanhao.communications.models import CommunicationMessage as Row
from wanhao.communications.outdone import outdone
from wanhao.loyalty.queries import points_of
from wanhao.parties.queries import live_lines
from wanhao.products.added import packs_since
from wanhao.products.contracts import HeldPack, Service
from wanhao.products.expiring import ends_of, last_day
from wanhao.values.cycle import SHANGHAI, Cycle

Found = dict[int, Reason]
Pair = tuple[int, datetime]
Check = Callable[[Sequence[Row], datetime], Found]
MINUTE = 60


def reasons_against(rows: Sequence[Row], given: RulesInForce, now: datetime) -> Found:
    """Why messages must not be sent, by their ids; one that may is left out.

    The rows come with their decisions. Tests and answers, which nobody decided, are not looked at,
    nor is a message whose rule is gone.
    """
    decided = [row for row in rows if row.decision_id and row.rule in given.by_code]
    found = outdone(decided)
    found |= no_longer_true(decided, now)
    found |= _unwanted(decided, given)
    return found


def _unwanted(rows: Sequence[Row], given: RulesInForce) -> Found:
    opted_out = live_opt_outs([_line(row) for row in rows])
    live = live_lines([_line(row) for row in rows])
    found = {}
    for row in rows:
        rule = given.by_code[row.rule]
        if not rule.enabled:
            found[row.pk] = Reason.RULE_OFF
        elif rule.switchable and (_line(row), row.rule) in opted_out:
            found[row.pk] = Reason.SWITCHED_OFF
        elif _line(row) not in live:
            found[row.pk] = Reason.LINE_ENDED
    return found


def no_longer_true(rows: Sequence[Row], now: datetime) -> Found:
    """Which of the messages are not true any more, and why; the rows come with their decisions."""
    by_metric: dict[Metric, list[Row]] = defaultdict(list)
    for row in rows:
        by_metric[Metric(trigger_of(row)["metric"])].append(row)
    found: Found = {}
    for metric, some in by_metric.items():
        for check in CHECKS.get(metric, ()):
            found |= check(some, now)
    return found


def _month_over(rows: Sequence[Row], now: datetime) -> Found:
    """What is said of "this month" is wrong in the next; what must be told has words for then."""
    running = Cycle.of(now).number
    return {
        row.pk: Reason.MONTH_OVER
        for row in rows
        if trigger_of(row)["cycle"] < running and not told_late(row)
    }


def _packs_added(rows: Sequence[Row], now: datetime) -> Found:
    """With the packs bought since, the threshold is not reached any more."""
    packs = packs_since(_since(rows, "group_id"), now)
    found = {}
    for row in rows:
        trigger = trigger_of(row)
        added = sum(_units(pack, row) for pack in packs.get(_pair(row, "group_id"), ()))
        allowed = trigger["allowed"] + added
        if added and trigger["used"] * 100 < trigger["threshold"] * allowed:
            found[row.pk] = Reason.ADDED
    return found


def _balance_paid(rows: Sequence[Row], now: datetime) -> Found:
    """With what came since, the balance is not below the threshold any more."""
    left = _left(rows)
    return {row.pk: Reason.PAID for row in rows if left[row.pk] >= trigger_of(row)["threshold"]}


def _credit_paid(rows: Sequence[Row], now: datetime) -> Found:
    """With what came since, or another limit, less than the threshold of the credit is used."""
    left, limits = _left(rows), _limits(rows)
    found = {}
    for row in rows:
        limit = limits.get(trigger_of(row)["account_id"])
        if limit is None or (limit - left[row.pk]) * 100 < trigger_of(row)["threshold"] * limit:
            found[row.pk] = Reason.PAID
    return found


def _arrears_paid(rows: Sequence[Row], now: datetime) -> Found:
    """No bill would be due any more when the stop is to begin."""
    by_day: dict[date, list[Row]] = defaultdict(list)
    for row in rows:
        begins = datetime.fromisoformat(str(trigger_of(row)["said"]["time"]))
        by_day[begins.astimezone(SHANGHAI).date()].append(row)
    found = {}
    for day, some in by_day.items():
        debts = debts_due([trigger_of(row)["account_id"] for row in some], day)
        for row in some:
            debt = debts.get(trigger_of(row)["account_id"])
            if debt is None or debt.bills_fen <= 0:
                found[row.pk] = Reason.PAID
    return found


def _money_paid(rows: Sequence[Row], now: datetime) -> Found:
    """With what came since, or another limit, money is not used up any more."""
    left, limits = _left(rows), _limits(rows)
    found = {}
    for row in rows:
        limited = bool(trigger_of(row)["credit_fen"])
        watched = not limited or trigger_of(row)["account_id"] in limits
        if not watched or left[row.pk] > 0 or (left[row.pk] == 0 and not limited):
            found[row.pk] = Reason.PAID
    return found


def _service_back(rows: Sequence[Row], now: datetime) -> Found:
    """The stop it speaks of was lifted."""
    stops = stops_by_id({trigger_of(row)["episode"] for row in rows})
    return {
        row.pk: Reason.PAID
        for row in rows
        if (stop := stops.get(trigger_of(row)["episode"])) is not None and stop.lifted_at
    }


def _grant_over(rows: Sequence[Row], now: datetime) -> Found:
    """Service is not given for a while any more: it was paid for, or the while is over."""
    running = running_grants({trigger_of(row)["account_id"] for row in rows})
    return {row.pk: Reason.PAID for row in rows if trigger_of(row)["account_id"] not in running}


def _in_use_again(rows: Sequence[Row], now: datetime) -> Found:
    """The line is not stopped by itself any more, and the message says that it is."""
    stops = line_stops_by_id({trigger_of(row)["episode"] for row in rows})
    over = ("found", "resumed")
    return {
        row.pk: Reason.RENEWED
        for row in rows
        if trigger_of(row)["said"].get("variant") not in over
        and (stop := stops.get(trigger_of(row)["episode"])) is not None
        and stop.lifted_at
    }


def _renewed(rows: Sequence[Row], now: datetime) -> Found:
    """What was to end goes on, ends on another day, or is over already."""
    ends = ends_of([product for row in rows if (product := _product(row))])
    found = {}
    for row in rows:
        until = ends.get(_product(row))
        if not _product(row) or (until is not None and until > now and _same_day(row, until)):
            continue
        found[row.pk] = Reason.RENEWED
    return found


def _points_spent(rows: Sequence[Row], now: datetime) -> Found:
    """There are no points left that could be lost."""
    left = points_of([trigger_of(row)["account_id"] for row in rows], now)
    return {row.pk: Reason.SPENT for row in rows if trigger_of(row)["account_id"] not in left}


CHECKS: Mapping[Metric, tuple[Check, ...]] = {
    Metric.VOICE: (_month_over, _packs_added),
    Metric.MESSAGE: (_month_over, _packs_added),
    Metric.DATA: (_month_over, _packs_added),
    Metric.STEP_UP: (_month_over,),
    Metric.DATA_STOP: (_month_over,),
    Metric.LOW_USE: (_month_over,),
    Metric.BALANCE: (_balance_paid,),
    Metric.CREDIT: (_credit_paid,),
    Metric.STOP: (_arrears_paid,),
    Metric.BALANCE_STOP: (_money_paid,),
    Metric.CREDIT_STOP: (_money_paid,),
    Metric.STOPPED: (_service_back,),
    Metric.TWO_WAY: (_service_back,),
    Metric.TERMINATION: (_service_back,),
    Metric.EMERGENCY: (_grant_over,),
    Metric.LOST: (_in_use_again,),
    Metric.KEEP_NUMBER: (_in_use_again,),
    Metric.PRODUCT_END: (_renewed,),
    Metric.POINTS: (_points_spent,),
}


def trigger_of(row: Row) -> dict[str, Any]:
    """What was reported when the message was decided; empty for one that nobody decided."""
    return row.decision.trigger if row.decision else {}


def _line(row: Row) -> int:
    return row.line_id or 0


def _product(row: Row) -> int:
    return int(trigger_of(row)["said"].get("product_id", 0))


def _same_day(row: Row, until: datetime) -> bool:
    told = str(trigger_of(row)["said"].get("until", ""))
    return not told or told[:10] == last_day(until).isoformat()


def _since(rows: Sequence[Row], name: str) -> set[Pair]:
    """From when on to look: each message has what came before it in its figures already."""
    return {_pair(row, name) for row in rows}


def _pair(row: Row, name: str) -> Pair:
    """The account or group of a message, and when it was decided."""
    assert row.decision is not None
    return trigger_of(row)[name], row.decision.decided_at


def _limits(rows: Sequence[Row]) -> Mapping[int, int]:
    """The credit limits of the accounts whose money was reported against one."""
    of_credit = [row for row in rows if trigger_of(row)["credit_fen"]]
    return credit_limits([trigger_of(row)["account_id"] for row in of_credit]) if of_credit else {}


def _left(rows: Sequence[Row]) -> dict[int, int]:
    """What is left of the money each message speaks of: what was, what came since, and by how much
    the limit is another one now."""
    moved, limits = moved_since(_since(rows, "account_id")), _limits(rows)
    found = {}
    for row in rows:
        told, then = trigger_of(row), trigger_of(row)["credit_fen"]
        more = limits.get(told["account_id"], then) - then if then else 0
        found[row.pk] = told["left_fen"] + moved.get(_pair(row, "account_id"), 0) + more
    return found


def _units(pack: HeldPack, row: Row) -> int:
    """What a pack adds to the allowance the message speaks of, in the units of its trigger."""
    if pack.service.value != trigger_of(row)["metric"]:
        return 0
    if pack.service is Service.DATA:
        return pack.quantity * MB
    if pack.service is Service.VOICE:
        return pack.quantity * MINUTE // int(row.figures.get("voice_unit_seconds", MINUTE))
    return pack.quantity
