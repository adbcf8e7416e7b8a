"""A month lived through again crosses what it crossed, or what other thresholds would have."""

from datetime import timedelta

import pytest
from django.db import connection

from tests.usage.months import DECEMBER, NOVEMBER, live, staged, two_months
from tests.usage.operators import (
    NOW,
    QIAN,
    WATCHED,
    KeepingSink,
    drop,
    funds,
    group,
    meter,
    row,
    settle,
    tell,
    two_customers,
)
from wanhao.usage.contracts import (
    LowUseCrossing,
    MoneyCrossing,
    ReviewFact,
    Service,
    ThresholdsFact,
    UpgradeCrossing,
    UsageCrossing,
)
from wanhao.usage.models import Batch, Fact
from wanhao.usage.replaying import replay_month
from wanhao.values.errors import WanhaoError

pytestmark = pytest.mark.django_db(transaction=True)
OTHERS = ThresholdsFact(usage=dict.fromkeys(Service, (1, 20, 50, 70, 100)), money=(4000, 500))


def said(crossings):
    """What crossings say, but for the fact from which their episode counts."""
    found = []
    for one in crossings:
        if isinstance(one, UsageCrossing):
            figures = (one.group_id, one.number, one.service, one.used, one.allowance)
            found.append((one.cycle, one.threshold, *figures, one.occurred_at))
        elif isinstance(one, MoneyCrossing):
            found.append((one.cycle, one.threshold, one.account_id, one.left))
        elif isinstance(one, UpgradeCrossing):
            found.append((one.cycle, one.kind, one.group_id, one.tier, one.fee_fen, one.beyond))
    return sorted(found, key=str)


def lived(folder, thresholds):
    """Two months with these thresholds from the beginning; what the meter told."""
    sink = KeepingSink()
    two_months()
    if thresholds != WATCHED:
        rows = Fact.objects.filter(kind="thresholds")
        body = {"usage": {s.value: list(p) for s, p in thresholds.usage.items()}}
        rows.update(body={**body, "money": list(thresholds.money), "credit": []})
    staged(folder)
    live(folder, sink=sink)
    return sink.seen


def replayed(cycle, thresholds):
    """What the replay tells, and what it said of its progress."""
    told, progress = [], []
    replay_month(cycle, thresholds, told.extend, lambda done, of: progress.append((done, of)))
    return told, progress


def empty():
    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE kept, wanhao_usage_quarantinedrecord, wanhao_usage_quarantinecount,"
            " wanhao_usage_batch, wanhao_usage_usagefile, wanhao_usage_fact,"
            " wanhao_usage_toldtariff, wanhao_usage_closedcycle CASCADE"
        )
        cursor.execute("SELECT pg_advisory_unlock_all()")


@pytest.mark.parametrize("cycle", [NOVEMBER, DECEMBER])
def test_the_same_thresholds_cross_the_same(tmp_path, cycle):
    crossed = [one for one in lived(tmp_path, WATCHED) if one.cycle == cycle]
    batches = Batch.objects.count()
    told, progress = replayed(cycle, WATCHED)
    assert said(told) == said(crossed)
    assert bool(told) is (cycle == NOVEMBER)
    assert progress[-1][0] == progress[-1][1] > 0
    assert Batch.objects.count() == batches


@pytest.mark.parametrize("cycle", [NOVEMBER, DECEMBER])
def test_other_thresholds_cross_what_a_meter_with_them_would_have(tmp_path, cycle):
    lived(tmp_path / "now", WATCHED)
    told, _ = replayed(cycle, OTHERS)
    empty()
    crossed = [one for one in lived(tmp_path / "then", OTHERS) if one.cycle == cycle]
    assert said(told) == said(crossed)
    assert {getattr(one, "threshold", 0) for one in told} & {1, 20, 50, 70, 4000}


def test_a_month_is_lived_again_from_the_state_kept_before_it_opened(tmp_path):
    crossed = [one for one in lived(tmp_path, OTHERS) if one.cycle == DECEMBER]
    (kept,) = (tmp_path / "snapshots" / "months").iterdir()
    before = int(kept.stem.split("-")[1])
    first = Batch.objects.order_by("number").first()
    assert before > first.number
    whole = {path.name for path in (tmp_path / "archive").iterdir()}
    for name in whole:
        if int(name.split("-")[1]) <= before:
            (tmp_path / "archive" / name).rename(tmp_path / name)
    told, _ = replayed(DECEMBER, OTHERS)
    assert said(told) == said(crossed) != []
    with pytest.raises(WanhaoError, match="missing"):
        replayed(NOVEMBER, WATCHED)


def test_money_that_was_paid_in_between_counts_as_it_did(tmp_path):
    two_customers(fen=2000)
    clock = [NOW]
    sink = KeepingSink()
    made = meter(tmp_path, sink=sink, clock=lambda: clock[0])
    drop(tmp_path, "a.csv", [row(1, quantity=60 * 150)])
    settle(made)
    tell(funds(1, 9000))
    clock[0] += timedelta(minutes=5)
    drop(tmp_path, "b.csv", [row(2, quantity=60 * 600)])
    settle(made)
    money = [one for one in sink.seen if isinstance(one, MoneyCrossing)]
    assert [one.threshold for one in money] == [1500, 1500, 500]
    told, _ = replayed(NOVEMBER, WATCHED)
    assert said(told) == said(sink.seen)
    again = [one for one in told if isinstance(one, MoneyCrossing)]
    assert again[0].episode != again[1].episode


def test_a_fact_that_would_have_crossed_is_told_even_as_the_last_of_all(tmp_path):
    two_customers()
    made = meter(tmp_path)
    drop(tmp_path, "a.csv", [row(1, quantity=60 * 60)])
    settle(made)
    tell(group(1, voice_allowance=80))
    settle(made)
    seventy = ThresholdsFact(usage={Service.VOICE: (70,)}, money=())
    told, _ = replayed(NOVEMBER, seventy)
    assert [(one.threshold, one.number, one.used, one.allowance) for one in told] == [
        (70, None, 60, 80)
    ]


def test_a_review_of_low_use_looks_for_another_share(tmp_path):
    two_customers()
    made = meter(tmp_path)
    drop(tmp_path, "a.csv", [row(1, quantity=60 * 45), row(2, QIAN, quantity=60 * 95)])
    settle(made)
    tell(ReviewFact(cycle=NOVEMBER, percent=40, part=0, parts=1))
    settle(made)
    told = []
    replay_month(NOVEMBER, WATCHED, told.extend, reviews=(50,))
    found = {
        (one.group_id, use.service.value, one.percent, use.used)
        for one in told
        if isinstance(one, LowUseCrossing)
        for use in one.uses
    }
    assert (1, "voice", 50, 45) in found
    assert not any(group == 2 and service == "voice" for group, service, *_ in found)
