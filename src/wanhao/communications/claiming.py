"""Hands released messages to a sender, after a last look whether they are still wanted and true."""

import logging
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from wanhao.communications.checks import reasons_against
from wanhao.communications.composing import composed
from wanhao.communications.contracts import (
    Channel,
    MessageState,
    OutgoingMessage,
    Reason,
    Waits,
)
from wanhao.communications.in_force import RulesInForce, rules_at
from wanhao.communications.models import UNDECIDED, CommunicationMessage
from wanhao.communications.moving import by_ids, locked, looked_at, move, one_of
from wanhao.communications.quiet import quiet_end
from wanhao.communications.releasing import given_up, set_free, take_back
from wanhao.communications.sending import hand_over
from wanhao.communications.states import may_come_from
from wanhao.values.errors import WanhaoError

log = logging.getLogger(__name__)
Row = CommunicationMessage


def claim(
    worker: str, limit: int, now: datetime, *, sign_off: str, channels: Collection[Channel]
) -> list[OutgoingMessage]:
    """Required messages first, then urgent ones; within a transaction of the caller.

    What is not true any more is withdrawn instead, and what came into quiet hours waits.
    """
    released = Row.objects.filter(
        state=MessageState.RELEASED.value, channel__in=[channel.value for channel in channels]
    ).exclude(expires_at__lte=now)
    ordered = looked_at(released).order_by("-delivery_class", "-urgent", "id")
    return hand_out(locked(ordered, limit), worker, now, sign_off=sign_off)


def hand_out(
    rows: Sequence[Row], worker: str, now: datetime, *, sign_off: str, wakes: bool = True
) -> list[OutgoingMessage]:
    """Look at locked, released rows once more and give those to a sender that may go.

    What `wakes` nobody, as an inbox, has no quiet hours.
    """
    if not rows:
        return []
    given = rules_at(now)
    merged = _merged_into(rows)
    everybody = [*rows, *(one for some in merged.values() for one in some)]
    reasons = reasons_against(everybody, given, now)
    reasons |= {row.pk: Reason.EXPIRED for row in everybody if _old(row, now)}
    take_back(rows, reasons, now)
    good = [row for row in rows if row.pk not in reasons]
    good = _awake(good, given, now) if wakes else good
    _withdraw([one for row in good for one in merged.get(row.pk, [])], reasons, now)
    for row in good:
        _write(row, merged.get(row.pk, []), reasons, sign_off, given, now)
    sources = [state.value for state in may_come_from(MessageState.SUBMITTING)]
    return hand_over(good, worker, now, sign_off=sign_off, released=sources)


def _merged_into(rows: Sequence[Row]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    merged = Row.objects.filter(carrier_id__in=one_of([row.pk for row in rows]))
    for one in looked_at(merged).order_by("id"):
        found[one.carrier_id or 0].append(one)
    return found


def _old(row: Row, now: datetime) -> bool:
    return row.expires_at is not None and row.expires_at <= now


def _awake(rows: Sequence[Row], given: RulesInForce, now: datetime) -> list[Row]:
    """In quiet hours those that may go out at night; the others are planned for the morning."""
    morning = quiet_end(given.policy, now)
    if morning is None:
        return list(rows)
    early = [row for row in rows if not _may_go_at_night(row, given)]
    ids = [row.pk for row in early]
    if not ids:
        return list(rows)
    set_free(ids, now, release_at=morning, waits=Waits.QUIET)
    move(
        by_ids(ids),
        MessageState.PLANNED,
        now,
        release_at=morning,
        waits=Waits.QUIET.value,
        released_at=None,
    )
    return [row for row in rows if row.pk not in set(ids)]


def _may_go_at_night(row: Row, given: RulesInForce) -> bool:
    rule = given.by_code.get(row.rule)
    return rule.night if rule else row.rule in UNDECIDED


def _withdraw(merged: Sequence[Row], reasons: Mapping[int, Reason], now: datetime) -> None:
    """Of what is merged into messages that go out, what must not be said any more."""
    gone: dict[Reason, list[Row]] = defaultdict(list)
    for one in merged:
        if one.pk in reasons:
            gone[reasons[one.pk]].append(one)
    for reason, rows in gone.items():
        ids = [one.pk for one in rows]
        move(by_ids(ids), MessageState.WITHDRAWN, now, carrier=None, error=reason.value)
        given_up(rows, reasons, now)


def _write(
    row: Row,
    merged: Sequence[Row],
    reasons: Mapping[int, Reason],
    sign_off: str,
    given: RulesInForce,
    now: datetime,
) -> None:
    """Give the row its text, once; but a clause that is no longer true leaves an unsent text."""
    gone = any(one.pk in reasons for one in merged)
    if row.text and (row.unanswered or not gone):
        return
    row.text = ""
    try:
        left = [one for one in merged if one.pk not in reasons]
        row.text = composed(row, left, sign_off, given, now)
    except (WanhaoError, TypeError, ValueError, KeyError):
        log.exception("what was merged into message %s goes its own way", row.pk)
        set_free([row.pk], now)
