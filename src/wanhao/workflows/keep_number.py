"""Keep a number: its line is stopped for some months and costs little; it comes back by itself, or
when the customer asks for it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, time, timedelta

from django.db import transaction

from wanhao.billing.line_stops import (
    lift_line_stops,
    line_stops_by_id,
    live_line_stops,
    stop_line,
)
from wanhao.billing.ports import refuse_elsewhere
from wanhao.billing.queries import balances
from wanhao.billing.stop_contracts import LineStopKind, LineStopView
from wanhao.billing.stop_times import StopTerms, terms_at
from wanhao.billing.stops import live_stops, still_owed
from wanhao.communications.actions import decide_reminders
from wanhao.parties import actions as parties
from wanhao.parties.contracts import LineRole, LineView
from wanhao.parties.queries import lines_by_id, lines_of_groups
from wanhao.products.actions import end_pauses, lock_groups, pause_group, pause_one
from wanhao.promises.actions import make, withdraw
from wanhao.promises.contracts import DuePromise, NewPromise
from wanhao.values.cycle import SHANGHAI, Cycle
from wanhao.values.errors import WanhaoError
from wanhao.workflows.change_cards import SECONDARY_CARD
from wanhao.workflows.tell_line_stops import kept_trigger
from wanhao.workflows.tell_network import tell_network
from wanhao.workflows.tell_terms import groups_of, owed_now, tell_terms

END_KEEPING = "end-keeping"
WARN, END = "warn", "end"
WARNED_BEFORE = timedelta(days=7)
TEN = time(10, tzinfo=SHANGHAI)
NO_BATCH = 0


@transaction.atomic
def keep_number(number: int, months: int, now: datetime) -> LineStopView:
    """Stop a line at once and keep its number for whole months after this one.

    One that is kept already stays as it is. WanhaoError when the account owes anything or is
    stopped, the months are too many, or secondary cards need the line.
    """
    refuse_elsewhere("Numbers are kept")
    terms = terms_at(now)
    line = parties.lock_line(number)
    parties.lock_accounts([line.account_id])
    lock_groups([line.group_id])
    _refuse(line, months, terms, now)
    until = _end_of(months, now)
    stop, new = stop_line(line.line_id, LineStopKind.KEEP_NUMBER, now, until)
    if new:
        groups = groups_of([line.account_id])
        before = owed_now(groups, now)
        _pause(line, stop, terms.keep_fee_fen, Cycle.of(now).next.number)
        _promise(stop, until, now)
        decide_reminders([kept_trigger(line, stop, "", now)], batch=NO_BATCH, now=now)
        tell_network([line.line_id], now)
        tell_terms(groups, before, now)
    return stop


@transaction.atomic
def resume_number(number: int, now: datetime) -> LineView:
    """A kept line is in use again at once; WanhaoError when it is not kept."""
    line = parties.lock_line(number)
    if not _resume({line.line_id: line}, now):
        raise WanhaoError(f"{number} is not kept for later.", "Nothing has to be done.")
    return line


def end_keeping(due: Sequence[DuePromise], now: datetime) -> None:
    """Keep what was promised with a kept number: the word before it ends, and the end."""
    asked = {(int(str(one.payload["line_stop"])), str(one.payload["step"])) for one in due}
    found = line_stops_by_id({pk for pk, _ in asked}).values()
    lines = lines_by_id([stop.line_id for stop in found])
    live = [stop for stop in found if stop.lifted_at is None and stop.line_id in lines]
    ended = {stop.line_id for stop in live if (stop.line_stop_id, END) in asked}
    triggers = [
        kept_trigger(lines[stop.line_id], stop, "ending", now)
        for stop in live
        if (stop.line_stop_id, WARN) in asked and stop.line_id not in ended
    ]
    decide_reminders(triggers, batch=NO_BATCH, now=now)
    _resume({line_id: lines[line_id] for line_id in ended}, now)


def _resume(lines: Mapping[int, LineView], now: datetime) -> bool:
    """All that comes with lines that are in use again; whether one of them was kept."""
    alone = live_line_stops(lines)
    kept = {line_id for line_id in lines if _is_kept(line_id, alone)}
    accounts = {lines[line_id].account_id for line_id in kept}
    if not accounts:
        return False
    parties.lock_accounts(accounts)
    lock_groups({lines[line_id].group_id for line_id in kept})
    groups = groups_of(accounts)
    before = owed_now(groups, now)
    stops = lift_line_stops(kept, LineStopKind.KEEP_NUMBER, now)
    this = Cycle.of(now)
    end_pauses(
        [stop.line_stop_id for stop in stops],
        from_cycle=this.number,
        last_cycle=this.previous.number,
    )
    withdraw(END_KEEPING, [_key(stop, step) for stop in stops for step in (WARN, END)], now)
    triggers = [kept_trigger(lines[stop.line_id], stop, "resumed", now) for stop in stops]
    decide_reminders(triggers, batch=NO_BATCH, now=now)
    tell_network(kept, now)
    tell_terms(groups, before, now)
    return True


def _is_kept(line_id: int, stops: Mapping[int, Collection[LineStopView]]) -> bool:
    return any(stop.kind is LineStopKind.KEEP_NUMBER for stop in stops.get(line_id, ()))


def _refuse(line: LineView, months: int, terms: StopTerms, now: datetime) -> None:
    if not 1 <= months <= terms.keep_months:
        raise WanhaoError(
            f"A number is kept for 1 to {terms.keep_months} months, not for {months}.",
            "Give fewer; it may be kept again afterwards.",
        )
    if line.role is LineRole.MAIN and len(lines_of_groups([line.group_id])) > 1:
        raise WanhaoError(
            f"{line.number} is a main card, and its secondary cards need its plan.",
            "Let the secondary cards leave first, or give them back.",
        )
    owing = still_owed([line.account_id], now)
    below = balances([line.account_id]).get(line.account_id, 0) < 0
    if owing or below or live_stops([line.account_id]):
        raise WanhaoError(
            "The account owes something, or is stopped; its numbers are not kept.",
            "Let what is owed be paid first.",
        )


def _end_of(months: int, now: datetime) -> datetime:
    month = Cycle.of(now)
    for _ in range(months):
        month = month.next
    return month.end


def _pause(line: LineView, stop: LineStopView, fee_fen: int, from_cycle: int) -> None:
    if line.role is LineRole.MAIN:
        pause_group(
            line.group_id, from_cycle=from_cycle, fee_fen=fee_fen, kept_for=stop.line_stop_id
        )
    else:
        pause_one(
            line.group_id,
            SECONDARY_CARD,
            from_cycle=from_cycle,
            fee_fen=fee_fen,
            kept_for=stop.line_stop_id,
        )


def _promise(stop: LineStopView, until: datetime, now: datetime) -> None:
    day = (until - WARNED_BEFORE).astimezone(SHANGHAI).date()
    steps = ((WARN, datetime.combine(day, TEN)), (END, until))
    make(
        [
            NewPromise(
                kind=END_KEEPING,
                key=_key(stop, step),
                due_at=due_at,
                payload={"line_stop": stop.line_stop_id, "step": step},
            )
            for step, due_at in steps
        ],
        now,
    )


def _key(stop: LineStopView, step: str) -> str:
    return f"{stop.line_stop_id}:{step}"
