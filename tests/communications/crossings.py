"""Thresholds that were crossed, as the meter would report them."""

from datetime import UTC, datetime, timedelta

from wanhao.communications.actions import claim_for_sending, decide_reminders, release_due
from wanhao.communications.contracts import Metric, OutgoingMessage, Trigger
from wanhao.communications.models import CommunicationMessage
from wanhao.parties.contracts import OpenedAccount

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
LATER = NOW + timedelta(seconds=5)
MERGING = timedelta(minutes=1)
"""How long most messages wait for company."""

MB = 1024 * 1024


def voice_crossing(
    account: OpenedAccount, threshold: int = 80, *, line: int = 0, episode: int = 0
) -> Trigger:
    """The line's call took the group to the threshold of its 100 minutes."""
    group = account.groups[0]
    return Trigger(
        metric=Metric.VOICE,
        threshold=threshold,
        account_id=account.account_id,
        group_id=group.group_id,
        number=group.lines[line].number,
        cycle=202611,
        episode=episode,
        used=threshold,
        allowed=100,
        occurred_at=int(NOW.timestamp()),
    )


def data_crossing(
    account: OpenedAccount, threshold: int = 100, *, number: int | None = None
) -> Trigger:
    """The group reached the threshold of its 200 MB."""
    group = account.groups[0]
    return Trigger(
        metric=Metric.DATA,
        threshold=threshold,
        account_id=account.account_id,
        group_id=group.group_id,
        number=number,
        cycle=202611,
        episode=0,
        used=200 * MB * threshold // 100,
        allowed=200 * MB,
        occurred_at=int(NOW.timestamp()),
    )


def balance_crossing(account: OpenedAccount, threshold: int = 1500, *, left: int = 1499) -> Trigger:
    return Trigger(
        metric=Metric.BALANCE,
        threshold=threshold,
        account_id=account.account_id,
        group_id=None,
        number=None,
        cycle=202611,
        episode=0,
        left_fen=left,
        occurred_at=int(NOW.timestamp()),
    )


def step_up(
    account: OpenedAccount, tier: int = 1, *, fee_fen: int = 1000, episode: int = 0
) -> Trigger:
    """The group's data beyond its allowances reached a tier of an automatic upgrade."""
    return Trigger(
        metric=Metric.STEP_UP,
        threshold=None,
        account_id=account.account_id,
        group_id=account.groups[0].group_id,
        number=None,
        cycle=202611,
        episode=episode,
        used=34 * MB,
        tier=tier,
        fee_fen=fee_fen,
        occurred_at=int(NOW.timestamp()),
    )


def decide(*triggers: Trigger, now: datetime = NOW) -> int:
    return decide_reminders(triggers, batch=1, now=now)


def released(*triggers: Trigger) -> None:
    """Decided a minute ago, one after another, and released by now: no two became one text."""
    for trigger in triggers:
        decide(trigger, now=NOW - MERGING)
        release_due(NOW)


def in_hand(*triggers: Trigger, worker: str = "sms") -> list[OutgoingMessage]:
    """Decided, released and handed to a sender."""
    released(*triggers)
    return claim_for_sending(worker, 50, NOW)


def state_of(message_id: int) -> str:
    return CommunicationMessage.objects.get(id=message_id).state
