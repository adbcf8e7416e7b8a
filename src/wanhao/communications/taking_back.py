"""Messages that were not sent yet and are not to be: withdrawn for a reason, wherever they wait."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db.models import Q

from wanhao.communications.contracts import MessageState, Metric, Reason
from wanhao.communications.in_force import rules_at
from wanhao.communications.models import CommunicationMessage
from wanhao.communications.moving import by_ids, locked, looked_at, move
from wanhao.communications.releasing import given_up, take_back, withdraw_planned

PLANNED, RELEASED, MERGED = (
    state.value for state in (MessageState.PLANNED, MessageState.RELEASED, MessageState.MERGED)
)
Row = CommunicationMessage
# What is merged into a message that was sent was said.
NOT_SENT = Q(state__in=[PLANNED, RELEASED]) | Q(state=MERGED, carrier__state=RELEASED)


def withdraw_episodes(
    metric: Metric, episodes: Collection[int], reason: Reason, now: datetime
) -> int:
    """Withdraw what was not sent yet of these episodes of a metric; how many.

    Nobody looks at these once more before they are sent, so what somebody has in hand is waited
    for.
    """
    codes = [rule.code for rule in rules_at(now).rules if rule.metric is metric]
    about = Row.objects.filter(
        NOT_SENT, decision__rule__in=codes, decision__episode__in=list(episodes)
    )
    rows = list(looked_at(about).order_by("id").select_for_update(of=("self",)))
    withdraw_rows(rows, {row.pk: reason for row in rows}, now)
    return len(rows)


def withdraw_rows(rows: Sequence[Row], reasons: Mapping[int, Reason], now: datetime) -> None:
    """Withdraw locked rows, each for its reason, with what they hold."""
    chosen = [row for row in rows if row.pk in reasons]
    if not chosen:
        return
    _withdraw_merged(_in(MERGED, chosen), reasons, now)
    take_back(_in(RELEASED, chosen), reasons, now)
    withdraw_planned(_in(PLANNED, chosen), reasons, now)


def _withdraw_merged(rows: Sequence[Row], reasons: Mapping[int, Reason], now: datetime) -> None:
    """Of what is merged, that of which nothing is written yet; the rest goes with its carrier."""
    carriers = by_ids({row.carrier_id or 0 for row in rows})
    unwritten = {row.pk for row in locked(carriers) if not row.text or row.pk in reasons}
    chosen = [row for row in rows if row.carrier_id in unwritten]
    for reason in {reasons[row.pk] for row in chosen}:
        ids = [row.pk for row in chosen if reasons[row.pk] is reason]
        move(by_ids(ids), MessageState.WITHDRAWN, now, carrier=None, error=reason.value)
    given_up(chosen, {row.pk: reasons[row.pk] for row in chosen}, now)


def _in(state: str, rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if row.state == state]
