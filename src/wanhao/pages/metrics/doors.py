"""Figures of the doors with people before them: who pays, and who waits in a hall."""

from collections.abc import Iterator
from datetime import datetime

from prometheus_client.core import Metric

from wanhao.billing.orders.health import channel_health, unanswered_orders
from wanhao.outlets.waiting import waiting_by_hall
from wanhao.pages.metrics.families import gauge, labelled_gauge
from wanhao.values.cycle import SHANGHAI


def payments(now: datetime) -> Iterator[Metric]:
    """What the channels said, what nobody settled, and how far the statements are."""
    health = channel_health(now)
    yield labelled_gauge(
        "wanhao_payment_calls",
        "Callbacks of the last 24 hours, by channel and what they came to.",
        ("channel", "verdict"),
        [
            ((one.channel.value, verdict.value), calls)
            for one in health
            for verdict, calls in sorted(one.calls.items())
        ],
    )
    yield gauge(
        "wanhao_payment_orders_unanswered",
        "Orders whose channel was to be asked more than ten minutes ago.",
        unanswered_orders(now),
    )
    yield labelled_gauge(
        "wanhao_payment_differences",
        "Differences from a channel's books that wait for a person.",
        ("channel",),
        [((one.channel.value,), one.differences) for one in health],
    )
    today = now.astimezone(SHANGHAI).date()
    yield labelled_gauge(
        "wanhao_payment_statement_age_days",
        "Days since the last day that was held against a channel's statement.",
        ("channel",),
        [((one.channel.value,), (today - one.through).days) for one in health if one.through],
    )


def queues(now: datetime) -> Iterator[Metric]:
    """Who waits where, and since when."""
    halls = waiting_by_hall(now)
    yield labelled_gauge(
        "wanhao_queue_waiting",
        "People who wait in a hall with a queue.",
        ("hall",),
        [((hall,), waiting) for hall, (waiting, _) in sorted(halls.items())],
    )
    yield labelled_gauge(
        "wanhao_queue_oldest_seconds",
        "How long the one who waits longest has waited.",
        ("hall",),
        [
            ((hall,), max((now - since).total_seconds(), 0.0))
            for hall, (_, since) in sorted(halls.items())
            if since
        ],
    )
