"""Multiples, credit limits and reviews of low use, from the fact to the sink."""

import json
from dataclasses import replace

import numpy as np
import pytest

from tests.usage.older_snapshots import written_by_format_3
from tests.usage.operators import (
    CYCLE,
    MB,
    QIAN,
    START,
    WATCHED,
    ZHAO,
    KeepingSink,
    drop,
    figures,
    group,
    meter,
    pack,
    row,
    settle,
    tell,
    two_customers,
)
from wanhao.usage.contracts import (
    FundsFact,
    LineFact,
    LowUse,
    LowUseCrossing,
    MoneyCrossing,
    ReviewFact,
    Service,
    UsageCrossing,
)
from wanhao.usage.models import Batch, Fact
from wanhao.usage.snapshots import load_snapshot

pytestmark = pytest.mark.django_db(transaction=True)
FURTHER = tuple(range(200, 3_001, 100))
ALL = replace(
    WATCHED, usage={**WATCHED.usage, Service.DATA: (50, 80, 100, *FURTHER)}, credit=(80, 100)
)
LIMIT = 10_000


def of_kind(sink, kind):
    """The crossings of one kind that the sink was told of."""
    return [one for one in sink.seen if isinstance(one, kind)]


def counted(folder, rows, sink):
    """A meter that has counted these records in one batch."""
    made = meter(folder, sink)
    drop(folder, "usage.csv", rows)
    settle(made)
    return made


def test_each_multiple_names_the_line_whose_record_reached_it(tmp_path):
    two_customers(fen=10**9)
    tell(ALL, LineFact(number=QIAN, group_id=1, since=1))
    sink = KeepingSink()
    rows = [
        row(1, ZHAO, "data", 600 * MB, start=START),
        row(2, QIAN, "data", 900 * MB, start=START + 60),
        row(3, ZHAO, "data", 500 * MB, start=START + 120),
    ]
    counted(tmp_path, rows, sink)
    told = [(one.threshold, one.number) for one in of_kind(sink, UsageCrossing)]
    assert told == [(50, ZHAO), (80, ZHAO), (100, ZHAO), (200, QIAN), (300, QIAN), (400, ZHAO)]
    assert {(one.used, one.allowance) for one in of_kind(sink, UsageCrossing)} == {
        (2_000 * MB, 500 * MB)
    }


def test_a_post_paid_customer_hears_of_the_limit_and_not_of_money_that_is_left(tmp_path):
    two_customers(fen=2_000)
    limited = FundsFact(account_id=2, spendable_fen=LIMIT, billed_through=0, credit_fen=LIMIT)
    tell(ALL, limited)
    sink = KeepingSink()
    # 100 of 630 minutes are free, the rest costs 79.50; then ten more messages than 30.
    rows = [row(1, QIAN, quantity=630 * 60), row(2, QIAN, "message", 30)]
    made = counted(tmp_path, rows, sink)
    assert of_kind(sink, MoneyCrossing) == []
    drop(tmp_path, "more.csv", [row(3, QIAN, "message", 5)])
    settle(made)
    (reached,) = of_kind(sink, MoneyCrossing)
    told = Fact.objects.filter(kind="funds").latest("number").number
    assert (reached.account_id, reached.threshold, reached.credit_fen) == (2, 80, LIMIT)
    assert (reached.left, reached.episode) == (LIMIT - 8_000, told)
    drop(tmp_path, "all.csv", [row(4, QIAN, "message", 300)])
    settle(made)
    assert [one.threshold for one in of_kind(sink, MoneyCrossing)] == [80, 100]


def test_a_payment_begins_a_new_episode_of_a_limit(tmp_path):
    two_customers()
    limited = FundsFact(account_id=2, spendable_fen=LIMIT, billed_through=0, credit_fen=LIMIT)
    tell(ALL, limited)
    sink = KeepingSink()
    made = counted(tmp_path, [row(1, QIAN, "message", 30 + 850)], sink)
    tell(replace(limited, spendable_fen=LIMIT + 8_500))
    settle(made)
    drop(tmp_path, "more.csv", [row(2, QIAN, "message", 850)])
    settle(made)
    told = [(one.threshold, one.left) for one in of_kind(sink, MoneyCrossing)]
    assert told == [(80, 1_500), (80, 1_500)]
    assert len({one.episode for one in of_kind(sink, MoneyCrossing)}) == 2


def test_a_smaller_limit_is_passed_by_itself(tmp_path):
    two_customers()
    limited = FundsFact(account_id=2, spendable_fen=LIMIT, billed_through=0, credit_fen=LIMIT)
    tell(ALL, limited)
    sink = KeepingSink()
    made = counted(tmp_path, [row(1, QIAN, "message", 30 + 500)], sink)
    tell(replace(limited, spendable_fen=6_000, credit_fen=6_000))
    settle(made)
    (reached,) = of_kind(sink, MoneyCrossing)
    assert (reached.threshold, reached.left, reached.credit_fen) == (80, 1_000, 6_000)


def reviewed(parts):
    """Facts that look everybody through for less than 40 per cent of the month."""
    return [ReviewFact(cycle=CYCLE, percent=40, part=part, parts=parts) for part in range(parts)]


def test_a_review_finds_each_group_that_used_little_once(tmp_path):
    two_customers()
    tell(
        ALL,
        *(group(number) for number in range(3, 8)),
        group(8, voice_allowance=0, message_allowance=0, data_allowance=0),
        group(9, cycle=CYCLE + 1),
    )
    sink = KeepingSink()
    # Zhao: 40 of 100 minutes, 11 of 30 messages, 200 of 500 MB.
    rows = [
        row(1, quantity=40 * 60),
        row(2, service="message", quantity=11),
        row(3, service="data", quantity=200 * MB),
    ]
    made = counted(tmp_path, rows, sink)
    before = figures(made)
    tell(*reviewed(3))
    settle(made)
    found = of_kind(sink, LowUseCrossing)
    assert sorted(one.group_id for one in found) == [1, 2, 3, 4, 5, 6, 7]
    (zhao,) = [one for one in found if one.group_id == 1]
    assert zhao.uses == (LowUse(service=Service.MESSAGE, used=11, allowance=30),)
    assert (zhao.account_id, zhao.cycle, zhao.percent) == (1, CYCLE, 40)
    (other,) = [one for one in found if one.group_id == 7]
    assert [(use.service, use.used) for use in other.uses] == [(each, 0) for each in Service]
    # All but the number of the last fact, which stands in the third part.
    assert json.loads(figures(made))[:2] == json.loads(before)[:2]


def test_a_review_is_told_once_whatever_is_replayed_later(tmp_path):
    two_customers()
    sink = KeepingSink()
    made = counted(tmp_path, [row(1)], sink)
    tell(*reviewed(1))
    settle(made)
    batches = Batch.objects.count()
    again = meter(tmp_path, sink)
    settle(again)
    assert len(of_kind(sink, LowUseCrossing)) == 2
    assert (Batch.objects.count(), figures(again)) == (batches, figures(made))


def test_a_snapshot_of_an_earlier_version_still_reads(tmp_path):
    two_customers()
    tell(group(2, packs=(pack(7),)))
    made = counted(tmp_path, [row(1), row(2, service="data", quantity=7 * MB)], KeepingSink())
    tell(group(1, packs=(pack(8),)))
    settle(made)
    made.snapshot()
    (written,) = made.folders.snapshots.glob("*.state")
    path = written_by_format_3(written, made.state)
    before = figures(made)
    made.state, _, _ = load_snapshot(path)
    assert figures(made) == before
    assert made.state.group_id.data.dtype == np.int32


def test_a_new_threshold_is_silent_about_those_who_are_past_it(tmp_path):
    two_customers(fen=10**9)
    limited = FundsFact(account_id=2, spendable_fen=LIMIT, billed_through=0, credit_fen=LIMIT)
    tell(limited)
    sink = KeepingSink()
    rows = [row(1, ZHAO, "data", 1_250 * MB), row(2, QIAN, "message", 30 + 850)]
    made = counted(tmp_path, rows, sink)
    told = len(sink.seen)
    tell(ALL)
    settle(made)
    drop(tmp_path, "more.csv", [row(3, ZHAO, "data", 249 * MB), row(4, QIAN, "message", 149)])
    settle(made)
    assert len(sink.seen) == told
    drop(tmp_path, "last.csv", [row(5, ZHAO, "data", MB), row(6, QIAN, "message", 1)])
    settle(made)
    of_use, of_limit = sink.seen[told:]
    assert (of_use.threshold, of_use.used) == (300, 1_500 * MB)
    assert (of_limit.threshold, of_limit.left) == (100, 0)
    assert isinstance(of_limit, MoneyCrossing)
