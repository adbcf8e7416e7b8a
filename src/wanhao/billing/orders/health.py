"""How payment channels do: their calls, what is open, how far their statements are."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Max

from wanhao.billing.contracts import Channel
from wanhao.billing.models import ChannelNotice, PaymentDifference, PaymentOrder, StatementRun
from wanhao.billing.order_contracts import Verdict

A_DAY = timedelta(days=1)
LATE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelHealth:
    """A channel that called, differs or sent a statement; `through` is the last day compared."""

    channel: Channel
    calls: Mapping[Verdict, int]
    differences: int
    through: date | None


def channel_health(now: datetime) -> tuple[ChannelHealth, ...]:
    """Each channel of which there is anything to say, in the order of their names; calls are those
    of the last 24 hours."""
    calls: dict[str, dict[Verdict, int]] = {}
    heard = ChannelNotice.objects.filter(at__gt=now - A_DAY).values_list("channel", "verdict")
    for channel, verdict, count in heard.annotate(count=Count("id")):
        calls.setdefault(channel, {})[Verdict(verdict)] = count
    differing = PaymentDifference.objects.filter(settled_at__isnull=True).values_list("channel")
    differences = dict(differing.annotate(count=Count("id")))
    through = dict(StatementRun.objects.values_list("channel").annotate(last=Max("day")))
    return tuple(
        ChannelHealth(
            channel=Channel(name),
            calls=calls.get(name, {}),
            differences=differences.get(name, 0),
            through=through.get(name),
        )
        for name in sorted(calls.keys() | differences.keys() | through.keys())
    )


def unanswered_orders(now: datetime) -> int:
    """Orders whose channel was to be asked ten minutes ago or longer."""
    return PaymentOrder.objects.filter(look_at__lte=now - LATE).count()
