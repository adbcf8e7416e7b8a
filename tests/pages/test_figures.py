"""What the operations page draws from what the rooms report; no database."""

from datetime import UTC, datetime, timedelta

import pytest
from django.template.loader import render_to_string
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from wanhao.communications.contracts import MessageState
from wanhao.pages.console.figures import (
    Conservation,
    rate_chart,
    reason_rows,
    round_up,
    shares,
    state_rows,
)
from wanhao.pages.console.words import REASON_WORDS
from wanhao.pages.design.speech import duration, rate, spoken, when
from wanhao.usage.contracts import MeterStatus, QuarantineReason, RatePoint
from wanhao.usage.schema import Reason

NOW = datetime(2026, 11, 22, 2, 42, 7, tzinfo=UTC)


def a_sum(received: int, metered: int, duplicate: int, quarantined: int) -> Conservation:
    return Conservation(
        received=received, metered=metered, duplicate=duplicate, quarantined=quarantined
    )


def points(*records: int) -> list[RatePoint]:
    return [
        RatePoint(at=NOW + timedelta(seconds=5 * index), records=count)
        for index, count in enumerate(records)
    ]


def test_the_sum_holds_only_when_the_parts_come_to_what_was_received() -> None:
    assert a_sum(10, 7, 2, 1).holds
    assert not a_sum(11, 7, 2, 1).holds
    assert a_sum(11, 7, 2, 1).missing == 1


def test_a_sum_that_does_not_hold_is_said_in_words_and_coral() -> None:
    status = MeterStatus(
        records_in=11,
        metered=7,
        duplicate=2,
        quarantined=1,
        records_per_second=0,
        lag_seconds=None,
        waiting_files=0,
        last_batch=1,
        last_commit_at=None,
        alive=True,
    )
    context = {"status": status, "conservation": Conservation.of(status), "now": NOW}
    with override("en"):
        shown = render_to_string("console/_counting.html", context)
    assert 'tone-need">No, it is out by 1.</strong> 7 + 2 + 1 = 10, but 11 came in.' in shown
    assert 'data-holds="no"' in shown


@given(st.tuples(*[st.integers(0, 10**12)] * 3).filter(any))
def test_the_bar_is_always_full_and_shows_every_part_there_is(counts: tuple[int, int, int]) -> None:
    parts = shares(a_sum(sum(counts), *counts))
    assert sum(part.width for part in parts) == 1000
    assert all(part.width >= 4 for part in parts)
    assert len(parts) == sum(1 for count in counts if count)


def test_the_chart_spans_its_width_and_scales_to_a_round_number() -> None:
    chart = rate_chart(points(0, 1000, 2300), 5)
    assert chart is not None
    assert chart.line == "M0 100 L300 60 L600 8"
    assert (chart.top, chart.peak) == (500, 460)


def test_a_rare_burst_is_cut_so_that_the_rest_can_be_seen() -> None:
    chart = rate_chart(points(50_000, *[500] * 39), 5)
    assert chart is not None
    assert (chart.top, chart.peak, chart.cut) == (100, 10_000, True)
    assert chart.line.startswith("M0 0 L15 0 ")


def test_a_burst_among_silence_is_not_cut() -> None:
    chart = rate_chart(points(50_000, *[0] * 39), 5)
    assert chart is not None
    assert (chart.top, chart.cut) == (10_000, False)


@pytest.mark.parametrize("quiet", [[], [0, 0, 0], [7]])
def test_there_is_no_chart_of_silence(quiet: list[int]) -> None:
    assert rate_chart(points(*quiet), 5) is None


def test_a_trickle_below_one_record_a_second_still_draws_a_chart() -> None:
    chart = rate_chart(points(0, 1), 5)
    assert chart is not None
    assert chart.line == "M0 100 L600 100"


@given(st.integers(0, 10**9))
def test_the_scale_is_never_below_the_value_nor_far_above(value: int) -> None:
    assert max(value, 1) <= round_up(value) <= max(2 * value, 1)


def test_every_state_of_a_message_is_shown_and_explained() -> None:
    rows = state_rows({MessageState.UNKNOWN: 3})
    assert {row.state for row in rows} == set(MessageState)
    assert all(str(row.word.meaning) for row in rows)
    assert {row.state: row.count for row in rows}[MessageState.UNKNOWN] == 3


def test_every_reason_of_quarantine_has_words() -> None:
    assert set(REASON_WORDS) == {reason.value for reason in Reason}


def test_a_reason_without_words_shows_no_code() -> None:
    (row,) = reason_rows([QuarantineReason(reason="brand-new", records=1)])
    with override("en"):
        assert str(row.words) == "Another reason"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.04, "0.0 s"),
        (1.24, "1.2 s"),
        (59.6, "1 min 00 s"),
        (125, "2 min 05 s"),
        (7_380, "2 h 03 min"),
    ],
)
def test_a_span_is_told_in_the_units_that_matter(seconds: float, said: str) -> None:
    with override("en"):
        assert duration(seconds) == said


def test_times_are_relative_under_a_day_and_absolute_above() -> None:
    with override("zh-hans"):
        assert when(NOW - timedelta(seconds=5), NOW) == "刚刚"
        assert when(NOW - timedelta(minutes=42), NOW) == "10:00"
        assert when(NOW - timedelta(days=2), NOW) == "11月20日 10:42"


def test_small_rates_keep_a_decimal() -> None:
    assert [rate(value) for value in (0, 0.25, 9.96, 12_345.6)] == ["0", "0.2", "10.0", "12,346"]


def test_what_has_no_english_stays_chinese() -> None:
    with override("en"):
        assert spoken("语音", "Voice") == "Voice"
        assert spoken("语音", "") == "语音"
    with override("zh-hans"):
        assert spoken("语音", "Voice") == "语音"
