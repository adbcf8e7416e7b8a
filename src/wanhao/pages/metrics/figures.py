"""Every figure the product tells Prometheus; each is explained in docs/reference/metrics.md."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from prometheus_client import CollectorRegistry
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from wanhao.communications import queries as communications
from wanhao.communications.incoming import answer_lag, incoming_counts
from wanhao.communications.message_figures import stage_lags
from wanhao.communications.message_lists import held_back, held_messages
from wanhao.network import queries as network
from wanhao.pages.metrics.doors import payments, queues
from wanhao.pages.metrics.families import count, gauge, labelled_count, labelled_gauge
from wanhao.promises import queries as promises
from wanhao.promises.contracts import PromiseState
from wanhao.usage import queries as usage

LATENESS_WITHIN = timedelta(hours=1)
COUNTED = 10_000
"""Messages that wait are counted up to here."""


class Figures(Collector):
    """The rooms' figures of one moment; nothing is kept between two readings."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def collect(self) -> Iterator[Metric]:
        """All families, in the order of the page that explains them."""
        yield from metering(self._now)
        yield from reminders()
        yield from under_way(self._now)
        yield from sms_hall(self._now)
        yield from owed(self._now)
        yield from provisioning(self._now)
        yield from payments(self._now)
        yield from queues(self._now)


def registry(now: datetime) -> CollectorRegistry:
    """A registry of its own for one reading, so that two readings never share a figure."""
    made = CollectorRegistry()
    made.register(Figures(now))
    return made


def metering(now: datetime) -> Iterator[Metric]:
    """Is every record accounted for, and how soon."""
    status = usage.meter_status(now)
    yield count("wanhao_records_in", "Usage records received.", status.records_in)
    yield labelled_count(
        "wanhao_records",
        "Usage records by what became of them; the three add up to wanhao_records_in_total.",
        ("outcome",),
        [
            (("metered",), status.metered),
            (("duplicate",), status.duplicate),
            (("quarantined",), status.quarantined),
        ],
    )
    yield gauge("wanhao_meter_up", "1 while the meter runs, 0 otherwise.", int(status.alive))
    yield gauge("wanhao_meter_batch", "Number of the last batch.", status.last_batch)
    yield gauge(
        "wanhao_meter_waiting_files", "Usage files waiting in the inbox.", status.waiting_files
    )
    # Not known while nothing was counted: then there is no sample, rather than a zero.
    yield gauge(
        "wanhao_meter_lag_seconds",
        "From a file's arrival to its effects' commit, or the age of the oldest file waiting.",
        status.lag_seconds,
    )
    yield count("wanhao_files_refused", "Files that could not be read.", usage.refused_files())
    yield labelled_gauge(
        "wanhao_quarantine_records",
        "Records put aside and not counted, by reason.",
        ("reason",),
        [((row.reason,), row.records) for row in usage.quarantine_by_reason()],
    )


def reminders() -> Iterator[Metric]:
    """Who was decided about, and where the messages are."""
    yield labelled_count(
        "wanhao_decisions",
        "Decisions about reminders, by rule and outcome.",
        ("rule", "outcome"),
        [
            ((rule, outcome.value), decided)
            for (rule, outcome), decided in sorted(communications.decisions_by_outcome().items())
        ],
    )
    yield labelled_gauge(
        "wanhao_messages",
        "Messages by state; every state is there.",
        ("state",),
        [
            ((state.value,), messages)
            for state, messages in communications.messages_by_state().items()
        ],
    )


def under_way(now: datetime) -> Iterator[Metric]:
    """How long each stage takes, which messages wait and why, and what waits for a message."""
    lags = [
        ((one.stage, quantile), seconds)
        for one in stage_lags(now)
        if one.count
        for quantile, seconds in (("0.5", one.median), ("0.99", one.p99))
    ]
    yield labelled_gauge(
        "wanhao_message_stage_seconds",
        "How long messages of the last hour took until each stage.",
        ("stage", "quantile"),
        lags,
    )
    held = Counter(one.waits.value for one in held_messages(now, COUNTED))
    yield labelled_gauge(
        "wanhao_messages_held",
        "Messages that wait for the end of quiet hours or for another day.",
        ("waits",),
        [((waits,), number) for waits, number in sorted(held.items())],
    )
    late = held_back(now, COUNTED)
    yield gauge("wanhao_messages_late", "Required messages something waits for.", len(late))
    nowhere = sum(1 for one in late if one.nowhere)
    yield gauge("wanhao_messages_nowhere", "Of those, with no way left to the customer.", nowhere)


def sms_hall(now: datetime) -> Iterator[Metric]:
    """What customers wrote, and how soon they were answered."""
    yield labelled_count(
        "wanhao_sms_requests",
        "Messages of customers, by what they asked for and what came of them.",
        ("item", "outcome"),
        sorted(incoming_counts().items()),
    )
    lag = answer_lag(now)
    yield labelled_gauge(
        "wanhao_sms_answer_seconds",
        "From a customer's message to the network's acceptance of its answer, in the last hour.",
        ("quantile",),
        [(("0.5",), lag.median), (("0.99",), lag.p99)] if lag.count else [],
    )


def owed(now: datetime) -> Iterator[Metric]:
    """What is owed at a time: late, held back, given up; and how late promises are kept."""
    for name, told, kinds in (
        ("overdue", "Promises past their time and not kept.", promises.overdue(now)),
        ("held", "Promises that wait to be released.", promises.waiting(PromiseState.HELD)),
        ("stuck", "Promises that failed ten times.", promises.waiting(PromiseState.STUCK)),
    ):
        rows = [((kind,), number) for kind, number in kinds.items()]
        yield labelled_gauge(f"wanhao_promises_{name}", told, ("kind",), rows)
    late = promises.lateness(now - LATENESS_WITHIN)
    quantiles = [(("0.5",), late.median), (("0.99",), late.p99), (("1",), late.worst)]
    yield labelled_gauge(
        "wanhao_promises_lateness_seconds",
        "How long after their time promises of the last hour were kept.",
        ("quantile",),
        quantiles if late.kept else [],
    )


def provisioning(now: datetime) -> Iterator[Metric]:
    """What the network has yet to be told, and since when."""
    waiting = network.waiting()
    yield gauge(
        "wanhao_network_waiting", "Profiles the network has not confirmed.", waiting.profiles
    )
    yield gauge("wanhao_network_failing", "Of those, refused or not answered.", waiting.failing)
    oldest = waiting.oldest_at
    age = 0.0 if oldest is None else max((now - oldest).total_seconds(), 0.0)
    yield gauge("wanhao_network_oldest_seconds", "Age of the oldest of those; 0 for none.", age)
