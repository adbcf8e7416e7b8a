"""What becomes of the planned messages to one number at a moment; pure.

In this order: what is no longer wanted or true is withdrawn; in quiet hours only what may go out at
night goes on; several that may go become one text; and comfort beyond the day's number waits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from wanhao.communications.contracts import ContactPolicy, MessageState, Reason, Waits
from wanhao.communications.merging import Bundle, Topic, bundle, importance
from wanhao.communications.quiet import next_day, quiet_end


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A planned message as the policy looks at it.

    `reason` is why it must be withdrawn, if it must. `mergeable`: its text has a short form.
    `counted`: the daily number holds for it; it does not for what is required, for tests and for
    answers to what the customer wrote.
    """

    message_id: int
    release_at: datetime
    expires_at: datetime | None
    waits: Waits
    topic: Topic | None
    reached: tuple[int, int] | None
    required: bool
    urgent: bool
    night: bool
    mergeable: bool
    counted: bool
    reason: Reason | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Where a message goes: released, merged into `carrier`, withdrawn for `reason`, or on waiting
    because of `waits` until `until`."""

    message_id: int
    to: MessageState
    carrier: int | None = None
    waits: Waits = Waits.NOT
    until: datetime | None = None
    reason: Reason | None = None


def decide(
    messages: Sequence[Planned], sent_today: int, policy: ContactPolicy, now: datetime
) -> list[Step]:
    """What to do with all planned messages to one number; those without a step stay as they are.

    `sent_today` is how many reminders were released to the number since midnight in Shanghai.
    """
    steps, alive = _withdrawn(messages, now)
    morning = quiet_end(policy, now)
    if morning is not None:
        steps += [_wait(one, Waits.QUIET, morning) for one in alive if _due(one, now, night=False)]
        alive = [one for one in alive if one.night]
    tomorrow = next_day(policy, now)
    by_id = {one.message_id: one for one in alive}
    for together in _bundles(alive, now):
        carrier = by_id[together.carrier]
        if carrier.counted and sent_today >= policy.daily_cap:
            members = (by_id[one] for one in (together.carrier, *together.merged))
            steps += [_wait(one, Waits.CAP, tomorrow) for one in members if _due(one, now)]
            continue
        sent_today += carrier.counted or carrier.required
        steps += _released(together)
    return steps


def _withdrawn(messages: Sequence[Planned], now: datetime) -> tuple[list[Step], list[Planned]]:
    steps, alive = [], []
    for one in messages:
        old = one.expires_at is not None and one.expires_at <= now
        reason = one.reason or (Reason.EXPIRED if old else None)
        if reason is None:
            alive.append(one)
        else:
            steps.append(_withdraw(one, reason))
    return steps, alive


def _bundles(alive: Sequence[Planned], now: datetime) -> list[Bundle]:
    """What goes out now, most important first.

    A message that waits for company, or for a day with room, goes with any that is due.
    """
    company = [one for one in alive if one.mergeable and _may_join(one, now)]
    alone = [[one] for one in alive if not one.mergeable and _due(one, now)]
    together = [company] if any(_due(one, now) for one in company) else []
    by_id = {one.message_id: one for one in alive}
    bundles = [bundle(members) for members in (*alone, *together)]
    return sorted(bundles, key=lambda one: importance(by_id[one.carrier]))


def _may_join(one: Planned, now: datetime) -> bool:
    return _due(one, now) or one.waits in (Waits.MERGE, Waits.CAP)


def _due(one: Planned, now: datetime, *, night: bool = True) -> bool:
    return one.release_at <= now and (night or not one.night)


def _released(together: Bundle) -> list[Step]:
    return [
        Step(message_id=together.carrier, to=MessageState.RELEASED),
        *(
            Step(message_id=one, to=MessageState.MERGED, carrier=together.carrier)
            for one in together.merged
        ),
    ]


def _wait(one: Planned, waits: Waits, until: datetime) -> Step:
    """Until then, unless it would no longer be true."""
    if one.expires_at is not None and one.expires_at <= until:
        late = Reason.TOO_LATE_AFTER_QUIET if waits is Waits.QUIET else Reason.TOO_MANY
        return _withdraw(one, late)
    return Step(message_id=one.message_id, to=MessageState.PLANNED, waits=waits, until=until)


def _withdraw(one: Planned, reason: Reason) -> Step:
    return Step(message_id=one.message_id, to=MessageState.WITHDRAWN, reason=reason)
