"""Turns what the rooms report into what the operations page draws; pure, integers only."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise

from wanhao.communications.contracts import MessageState, RuleCount
from wanhao.pages.console.words import STATE_WORDS, Word, reason_words
from wanhao.pages.design.speech import spoken
from wanhao.usage.contracts import MeterStatus, QuarantinedRecord, QuarantineReason, RatePoint

CHART_WIDTH = 600
CHART_HEIGHT = 100
SMALLEST_SHARE = 4
BURST = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Conservation:
    """The sum that must come out: received = metered + duplicate + quarantined."""

    received: int
    metered: int
    duplicate: int
    quarantined: int

    @property
    def found(self) -> int:
        """What the three parts come to."""
        return self.metered + self.duplicate + self.quarantined

    @property
    def holds(self) -> bool:
        return self.found == self.received

    @property
    def missing(self) -> int:
        """Records received but in none of the parts; negative: counted too often."""
        return self.received - self.found

    @classmethod
    def of(cls, status: MeterStatus) -> "Conservation":
        """The sum as the meter reports it."""
        return cls(
            received=status.records_in,
            metered=status.metered,
            duplicate=status.duplicate,
            quarantined=status.quarantined,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """One stretch of a bar, in thousandths of its length."""

    name: str
    start: int
    width: int


def shares(conservation: Conservation) -> tuple[Share, ...]:
    """The three parts as stretches of one bar; a part that exists is never too thin to be seen."""
    counts = {
        "metered": conservation.metered,
        "duplicate": conservation.duplicate,
        "quarantined": conservation.quarantined,
    }
    total = sum(counts.values())
    widths = {
        name: max(count * 1000 // total, SMALLEST_SHARE) for name, count in counts.items() if count
    }
    if widths:
        largest = max(widths, key=lambda name: widths[name])
        widths[largest] -= sum(widths.values()) - 1000
    placed: list[Share] = []
    for name, width in widths.items():
        start = placed[-1].start + placed[-1].width if placed else 0
        placed.append(Share(name=name, start=start, width=width))
    return tuple(placed)


@dataclass(frozen=True, slots=True, kw_only=True)
class RateChart:
    """The last minutes as two SVG paths; `top` is the value of the upper grid line.

    A rare burst is `cut`: it would press everything else flat.
    """

    line: str
    area: str
    top: int
    peak: int
    cut: bool
    minutes: int
    width: int = CHART_WIDTH
    height: int = CHART_HEIGHT


def rate_chart(points: Sequence[RatePoint], step_seconds: int) -> RateChart | None:
    """Records per second over time; None when nothing was counted in that time."""
    rates = [point.records // step_seconds for point in points]
    if len(rates) < 2 or not any(point.records for point in points):
        return None
    top = round_up(usual_peak(rates))
    last = len(rates) - 1
    places = [
        f"{index * CHART_WIDTH // last} {CHART_HEIGHT - min(value, top) * CHART_HEIGHT // top}"
        for index, value in enumerate(rates)
    ]
    line = "M" + " L".join(places)
    return RateChart(
        line=line,
        area=f"{line} L{CHART_WIDTH} {CHART_HEIGHT} L0 {CHART_HEIGHT} Z",
        top=top,
        peak=max(rates),
        cut=max(rates) > top,
        minutes=len(points) * step_seconds // 60,
    )


def usual_peak(rates: Sequence[int]) -> int:
    """The highest rate, unless a few bursts stand far above all the rest: then the rest's."""
    highest_first = sorted(rates, reverse=True)
    usual = highest_first[len(rates) // 20]
    return usual if 0 < usual * BURST < highest_first[0] else highest_first[0]


def round_up(value: int) -> int:
    """The next of 1, 2, 4, 5, 8 times a power of ten: a number that reads well on an axis."""
    power = 1
    while power * 10 < value:
        power *= 10
    return next(power * step for step in (1, 2, 4, 5, 8, 10) if power * step >= value)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRow:
    """One reminder rule: how often it decided, and its bar in per cent of the busiest rule's."""

    code: str
    title: str
    decided: int
    sent: int
    suppressed: int
    sent_percent: int
    held_percent: int


def rule_rows(counts: Iterable[RuleCount]) -> tuple[RuleRow, ...]:
    """Rules in the order they are given, each with its bar."""
    counted = tuple(counts)
    most = max((count.decided for count in counted), default=0) or 1
    return tuple(
        RuleRow(
            code=count.rule.code,
            title=spoken(count.rule.title_zh, count.rule.title_en),
            decided=count.decided,
            sent=count.sent,
            suppressed=count.suppressed,
            sent_percent=-(-(count.decided - count.suppressed) * 98 // most),
            held_percent=-(-count.suppressed * 98 // most),
        )
        for count in counted
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class StateRow:
    """Messages in one state."""

    state: MessageState
    word: Word
    count: int


def state_rows(counts: Mapping[MessageState, int]) -> tuple[StateRow, ...]:
    """Every state in the order a reader asks: arrived, under way, in doubt, not sent."""
    return tuple(
        StateRow(state=state, word=word, count=counts.get(state, 0))
        for state, word in STATE_WORDS.items()
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonRow:
    """Records that are held for one reason."""

    words: str | Promise
    records: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldRow:
    """One held record as it is shown: where it stands in which file, and what it says."""

    words: str | Promise
    record: QuarantinedRecord


def reason_rows(reasons: Iterable[QuarantineReason]) -> tuple[ReasonRow, ...]:
    """Reasons in words, most first."""
    return tuple(
        ReasonRow(words=reason_words(reason.reason), records=reason.records) for reason in reasons
    )


def held_rows(records: Iterable[QuarantinedRecord]) -> tuple[HeldRow, ...]:
    """Held records with their reason in words."""
    return tuple(HeldRow(words=reason_words(record.reason), record=record) for record in records)
