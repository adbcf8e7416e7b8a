"""How long records are kept: five whole months after their own, and longer for whom it is held."""

import shutil
from datetime import UTC, date, datetime

import pytest

from tests.usage.archives import a_day_passes, at, seen
from tests.usage.operators import NOW, QIAN, WATCHED, ZHAO, figures, meter, row, two_customers
from wanhao.usage.archive.checking import check_archive
from wanhao.usage.archive.holds import hold, holds, release
from wanhao.usage.details import records_of
from wanhao.usage.models import Batch
from wanhao.usage.replaying import replay_month
from wanhao.usage.snapshots import by_age
from wanhao.values.errors import WanhaoError

pytestmark = pytest.mark.django_db(transaction=True)
LATE = ((11, 29), (12, 20))
FEBRUARY = datetime(2027, 2, 1, 4, tzinfo=UTC)
APRIL = datetime(2027, 4, 29, 20, tzinfo=UTC)
MAY = datetime(2027, 4, 30, 20, tzinfo=UTC)
"""In Asia/Shanghai it is the 1st of May."""
DISPUTE = {"reason": "says nobody called", "by": "wang", "now": NOW}


@pytest.fixture
def days(tmp_path):
    two_customers()
    days = a_day_passes(tmp_path)
    days.compact()
    return days


def test_a_month_is_kept_for_five_months_after_it(days):
    before = seen()
    days.live_until(APRIL)
    days.compact()
    assert seen() == before
    days.live_until(MAY)
    days.compact()
    assert seen() == [(), ()]
    assert (days.manifest().dropped, days.manifest().kept_from) == (46, "2026-12-01")
    assert not list(days.archive.glob("days/2026-*"))


def test_an_operator_may_keep_them_longer(days):
    before = seen()
    days.live_until(MAY)
    days.compact(months=6)
    assert seen() == before


def test_what_is_held_stays_and_the_rest_goes(days):
    zhao, _ = seen()
    hold(ZHAO, date(2026, 11, 1), date(2026, 11, 30), **DISPUTE)
    days.live_until(MAY)
    for _ in range(2):
        days.compact()
        assert seen() == [zhao, ()]
    assert days.manifest().dropped == 46 - len(zhao)
    assert check_archive(days.archive, whole=True).wrong == ()


def test_a_hold_made_before_the_first_part_goes_keeps_its_records(days):
    """As soon as the manifest says which days are not kept any more, nothing is dropped that was
    held until then."""
    zhao, _ = seen()

    def dispute(_):
        if days.manifest().kept_from == "2026-12-01" and not holds():
            hold(ZHAO, date(2026, 11, 1), date(2026, 11, 30), **DISPUTE)

    days.live_until(MAY)
    days.compact(checkpoint=dispute)
    assert days.manifest().dropped
    assert seen() == [zhao, ()]


def test_a_hold_keeps_only_its_days(days):
    hold(ZHAO, date(2026, 11, 16), date(2026, 11, 16), **DISPUTE)
    days.live_until(MAY)
    days.compact()
    zhao, qian = seen()
    assert ({one.record_id[:2] for one in zhao}, qian) == ({"90"}, ())


def test_what_is_released_goes_with_the_next_compaction(days):
    held = hold(QIAN, date(2026, 11, 1), date(2026, 11, 30), **DISPUTE)
    days.live_until(MAY)
    days.compact()
    assert len(records_of([QIAN], 202611)) > 0
    assert [one.hold_id for one in holds()] == [held.hold_id]
    release(held.hold_id, by="wang", now=MAY)
    days.compact()
    assert (records_of([QIAN], 202611), holds()) == ((), [])
    assert days.manifest().dropped == 46
    with pytest.raises(WanhaoError, match="no hold"):
        release(held.hold_id, by="wang", now=MAY)


def test_two_who_are_held_are_let_go_one_after_the_other(days):
    zhao, qian = seen()
    month = date(2026, 11, 1), date(2026, 11, 30)
    held = [hold(number, *month, **DISPUTE).hold_id for number in (ZHAO, QIAN)]
    days.live_until(MAY)
    days.compact()
    assert seen() == [zhao, qian]
    release(held[0], by="wang", now=MAY)
    days.compact()
    assert seen() == [(), qian]


@pytest.mark.parametrize(
    ("first", "last", "reason", "told"),
    [(2, 1, "dispute", "after"), (1, 2, "  ", "reason"), (1, 2, "dispute", "")],
)
def test_a_hold_says_why_and_its_days_are_in_order(days, first, last, reason, told):
    what = {**DISPUTE, "reason": reason}
    if not told:
        made = hold(ZHAO, date(2026, 11, first), date(2026, 11, last), **what)
        assert (made.reason, made.covers("2026-11-02"), made.covers("2026-11-03")) == (
            "dispute",
            True,
            False,
        )
        return
    with pytest.raises(WanhaoError) as refused:
        hold(ZHAO, date(2026, 11, first), date(2026, 11, last), **what)
    assert told in refused.value.message + refused.value.remedy


def test_a_month_whose_records_were_dropped_is_not_lived_again(days):
    days.live_until(MAY)
    days.compact()
    shutil.rmtree(days.made.folders.snapshots)
    with pytest.raises(WanhaoError, match="before 2026-12-01 were past their time"):
        replay_month(202611, WATCHED, lambda crossings: None)


def test_every_record_is_found_where_it_should_be(days):
    checked = check_archive(days.archive, whole=True)
    assert (checked.metered, checked.compacted, checked.waiting, checked.dropped) == (46, 44, 2, 0)
    assert checked.wrong == ()


def test_records_that_are_not_where_they_should_be_are_told(days):
    Batch.objects.filter(number=2).update(records_in=3, metered=3)
    last = Batch.objects.last()
    Batch.objects.filter(number=last.number).update(
        records_in=2, metered=2, total_in=last.total_in + 1, total_metered=last.total_metered + 1
    )
    assert check_archive(days.archive, whole=True).wrong == (
        "batch 5: 1 of 2 records",
        "in all: 46 of 47 records",
        "batch 2: 2 of 3 records",
    )
    next(days.archive.glob("batch-*")).unlink()
    with pytest.raises(WanhaoError, match="missing"):
        check_archive(days.archive)


def test_identities_are_learnt_again_from_what_was_not_dropped(days):
    """A call of November comes late in December; in February, when it is past its time, the files
    of identities are lost."""
    days.live_until(datetime(2026, 12, 3, 20, tzinfo=UTC))
    days.live_until(datetime(2026, 12, 28, 4, tzinfo=UTC))
    november, december = (at(datetime(2026, month, day, tzinfo=UTC)) for month, day in LATE)
    days.count(row(7001, QIAN, start=november), row(7002, QIAN, start=december))
    assert Batch.objects.last().metered == 2
    days.live_until(FEBRUARY)
    days.compact(months=2)
    assert "7001" not in {one.record_id for one in records_of([QIAN], 202611)}
    days.made.stop()
    for path in days.made.folders.duplicates.iterdir():
        path.unlink()
    again = meter(days.folder, clock=lambda: days.now)
    assert figures(again) == figures(days.made)
    days.made = again
    newest = row(7003, QIAN, start=at(FEBRUARY))
    days.count(newest)
    days.count(newest, row(7004, QIAN, start=at(FEBRUARY)))
    assert (Batch.objects.last().metered, Batch.objects.last().duplicate) == (1, 1)


def test_a_meter_that_lost_its_snapshots_goes_on_from_the_state_before_a_month(days):
    days.live_until(MAY)
    days.compact()
    days.count(row(8001, QIAN, "data", 9 << 20, start=at(MAY)))
    newest = row(8002, ZHAO, start=at(MAY))
    days.count(newest)
    assert days.manifest().dropped
    for path in by_age(days.made.folders.snapshots):
        path.unlink()
    again = meter(days.folder, clock=lambda: days.now)
    assert figures(again) == figures(days.made)
    days.made = again
    days.count(newest, row(8003, ZHAO, start=at(MAY)))
    assert (Batch.objects.last().metered, Batch.objects.last().duplicate) == (1, 1)
    for path in (*by_age(again.folders.snapshots), *by_age(again.folders.months)):
        path.unlink()
    with pytest.raises(WanhaoError, match="past their time") as refused:
        meter(days.folder, clock=lambda: days.now)
    assert "usage/snapshots/" in refused.value.remedy


def test_late_records_past_their_time_are_not_missed_by_the_state_of_a_later_month(days):
    """On the 2nd of January comes a call of November, which was closed. In February it is dropped,
    and the snapshots and the state of before February are lost."""
    january = datetime(2027, 1, 2, 4, tzinfo=UTC)
    days.live_until(datetime(2026, 12, 3, 20, tzinfo=UTC))
    days.live_until(january)
    days.count(
        row(7001, QIAN, start=at(datetime(2026, 11, 30, tzinfo=UTC))),
        row(7002, QIAN, "data", 9 << 20, start=at(january)),
    )
    assert Batch.objects.last().metered == 2
    days.live_until(FEBRUARY)
    days.compact(months=2)
    folders = days.made.folders
    for path in (*by_age(folders.snapshots), by_age(folders.months)[0]):
        path.write_bytes(b"damaged")
    assert figures(meter(days.folder, clock=lambda: days.now)) == figures(days.made)


def test_of_days_that_were_compacted_together_only_those_past_their_time_go(tmp_path):
    two_customers()
    days = a_day_passes(tmp_path)
    days.live_until(datetime(2026, 12, 2, 4, tzinfo=UTC))
    days.live_until(MAY)
    days.compact()
    assert {part.day[:7] for part in days.manifest().parts} == {"2026-12"}
    assert check_archive(days.archive, whole=True).wrong == ()
    assert len(records_of([ZHAO], 202612)) == 2
