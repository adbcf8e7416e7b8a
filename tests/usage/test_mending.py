"""Records of the quarantine are repaired, judged again as the same records, or dismissed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from tests.usage.operators import (
    MB,
    NOW,
    QIAN,
    START,
    ZHAO,
    drop,
    figures,
    kept,
    meter,
    row,
    settle,
    tell,
    two_customers,
)
from wanhao.usage import queries
from wanhao.usage.contracts import LineFact
from wanhao.usage.details import records_of
from wanhao.usage.held import dismissed_records, held_detail, held_records, replay_progress
from wanhao.usage.mending import dismiss, repair, replay
from wanhao.usage.models import Batch, QuarantineCount, QuarantinedRecord
from wanhao.usage.quarantine_contracts import HeldFilter, HeldState, StepKind
from wanhao.values.errors import WanhaoError

pytestmark = pytest.mark.django_db(transaction=True)
SUN = 16_907_910_003
CLERK = {"by": "clerk", "why": "the line was opened late", "now": NOW}
SUN_WAS_OPENED = LineFact(number=SUN, group_id=2, since=0)
ALL_UNKNOWN = HeldFilter(reason="unknown-number")


def counted():
    status = queries.meter_status(NOW)
    return status.records_in, status.metered, status.duplicate, status.quarantined


def held_now():
    """What is in quarantine by the counts per reason, which must agree with the records."""
    counts = {row.reason: row.records for row in QuarantineCount.objects.filter(records__gt=0)}
    open_rows = QuarantinedRecord.objects.filter(state__in=["held", "waiting", "dismissed"])
    assert sum(counts.values()) == open_rows.count() == counted()[3]
    return counts


def a_morning(folder, made):
    """Two calls of a number nobody knows, one fax, one row that is no record, one good call."""
    fax = row(3, ZHAO, "fax")
    drop(folder, "a.csv", [row(1, SUN), row(2, SUN, quantity=61), fax, row(5, "x"), row(4)])
    settle(made)


def only(**wanted):
    (found,) = held_records(HeldFilter(**wanted))
    return found


def test_calls_of_a_line_that_was_opened_late_count_after_all(tmp_path):
    two_customers()
    made = meter(tmp_path)
    a_morning(tmp_path, made)
    assert counted() == (5, 1, 0, 4)
    before = queries.meter_status(NOW).last_batch
    tell(SUN_WAS_OPENED)
    assert replay(ALL_UNKNOWN, **CLERK).records == 2
    assert replay_progress(before).waiting == 2
    settle(made)
    assert counted() == (5, 3, 0, 2)
    assert held_now() == {"unknown-service": 1, "unreadable": 1}
    done = replay_progress(before)
    assert (done.waiting, done.metered, done.duplicate, done.held) == (0, 2, 0, 0)
    assert [(one.record_id, one.files) for one in records_of([SUN], 202611)] == [
        ("1", ("a.csv",)),
        ("2", ("a.csv",)),
    ]
    assert figures(meter(tmp_path)) == figures(made)


def test_a_record_is_never_counted_twice_however_often_it_is_asked_for(tmp_path):
    two_customers()
    made = meter(tmp_path)
    a_morning(tmp_path, made)
    tell(SUN_WAS_OPENED)
    replay(ALL_UNKNOWN, **CLERK)
    assert replay(ALL_UNKNOWN, **CLERK).records == 0
    settle(made)
    replay(ALL_UNKNOWN, **CLERK)
    settle(made)
    assert counted() == (5, 3, 0, 2)


def test_a_record_that_came_again_meanwhile_is_a_duplicate(tmp_path):
    two_customers()
    made = meter(tmp_path)
    a_morning(tmp_path, made)
    tell(SUN_WAS_OPENED)
    drop(tmp_path, "b.csv", [row(1, SUN), row(2, SUN, quantity=999)])
    settle(made)
    assert counted() == (7, 3, 0, 4)
    replay(ALL_UNKNOWN, **CLERK)
    settle(made)
    assert counted() == (7, 3, 1, 3)
    assert held_now() == {"unknown-service": 1, "unreadable": 1, "conflict": 1}


def test_two_rows_of_one_record_in_quarantine_count_once(tmp_path):
    two_customers()
    made = meter(tmp_path)
    drop(tmp_path, "a.csv", [row(1, SUN)])
    drop(tmp_path, "b.csv", [row(1, SUN), row(2, SUN)])
    settle(made)
    tell(SUN_WAS_OPENED)
    replay(ALL_UNKNOWN, **CLERK)
    settle(made)
    assert counted() == (3, 2, 1, 0)
    assert held_now() == {}


def test_a_repaired_record_is_judged_with_its_new_values(tmp_path):
    two_customers()
    made = meter(tmp_path)
    a_morning(tmp_path, made)
    fax = only(reason="unknown-service")
    repair(fax.record_id, {"service": "data", "quantity": str(400 * MB)}, **CLERK)
    settle(made)
    assert counted() == (5, 2, 0, 3)
    detail = held_detail(fax.record_id)
    assert (detail.record.state, detail.record.repaired) == (HeldState.METERED, True)
    assert detail.came_as == f"3,msc-1,{ZHAO},fax,domestic,{START},60,1"
    assert detail.fields["quantity"] == str(400 * MB)
    assert [(step.kind, step.by) for step in detail.steps] == [
        (StepKind.REPAIRED, "clerk"),
        (StepKind.METERED, ""),
    ]
    assert "1 Service.DATA 80 #0" in {key.replace("data", "Service.DATA") for key in kept()}


def test_a_repair_may_name_another_number(tmp_path):
    two_customers()
    made = meter(tmp_path)
    a_morning(tmp_path, made)
    repair(only(reason="unreadable").record_id, {"number": f" {QIAN} "}, **CLERK)
    settle(made)
    assert [one.record_id for one in records_of([QIAN], 202611)] == ["5"]


def test_a_repair_that_does_not_help_leaves_it_held_for_the_new_reason(tmp_path):
    two_customers()
    made = meter(tmp_path)
    a_morning(tmp_path, made)
    fax = only(reason="unknown-service").record_id
    repair(fax, {"service": "voice", "quantity": "-5"}, **CLERK)
    settle(made)
    assert counted() == (5, 1, 0, 4)
    assert held_now() == {"unknown-number": 2, "bad-quantity": 1, "unreadable": 1}
    repair(fax, {"quantity": "5"}, **CLERK)
    settle(made)
    assert held_now() == {"unknown-number": 2, "unreadable": 1}
    kinds = [step.kind.value for step in held_detail(fax).steps]
    assert kinds == ["repaired", "held", "repaired", "metered"]


def test_a_row_without_its_fields_needs_all_of_them(tmp_path):
    two_customers()
    made = meter(tmp_path)
    drop(tmp_path, "a.csv", b"record_id,source,number,service,zone,start,quantity,sign\nabc\n")
    settle(made)
    broken = only(reason="unreadable").record_id
    assert held_detail(broken).fields == {}
    with pytest.raises(WanhaoError, match="has no record_id, source"):
        repair(broken, {"number": str(ZHAO)}, **CLERK)
    whole = {name: str(value) for name, value in row(9).items()}
    repair(broken, whole, **CLERK)
    settle(made)
    assert counted() == (1, 1, 0, 0)


def test_what_is_not_held_is_left_alone(tmp_path):
    two_customers()
    made = meter(tmp_path)
    a_morning(tmp_path, made)
    fax = only(reason="unknown-service").record_id
    with pytest.raises(WanhaoError, match="no column 'colour'"):
        repair(fax, {"colour": "red"}, **CLERK)
    dismiss(HeldFilter(ids=(fax,)), **CLERK)
    with pytest.raises(WanhaoError, match="is not held, it is dismissed"):
        repair(fax, {"service": "voice"}, **CLERK)
    with pytest.raises(WanhaoError, match="cannot be seen"):
        repair(only(reason="unreadable").record_id, {"number": "169\x0007910001"}, **CLERK)
    with pytest.raises(WanhaoError, match="no record 999"):
        repair(999_999_999, {}, **CLERK)
    assert replay(HeldFilter(ids=(fax,)), **CLERK).records == 0


def test_what_is_dismissed_stays_in_the_quarantines_figure(tmp_path):
    two_customers()
    made = meter(tmp_path)
    a_morning(tmp_path, made)
    with pytest.raises(WanhaoError, match="without a reason"):
        dismiss(ALL_UNKNOWN, by="clerk", why=" ", now=NOW)
    assert dismiss(ALL_UNKNOWN, **CLERK).records == 2
    assert counted() == (5, 1, 0, 4)
    assert held_now() == {"unknown-service": 1, "unreadable": 1, "dismissed": 2}
    assert dismissed_records() == 2
    assert {row.reason for row in queries.quarantine_by_reason()} == {
        "unknown-service",
        "unreadable",
    }
    tell(SUN_WAS_OPENED)
    assert replay(ALL_UNKNOWN, **CLERK).records == 0
    settle(made)
    assert counted() == (5, 1, 0, 4)


def test_many_are_moved_some_at_a_time(tmp_path):
    two_customers()
    made = meter(tmp_path)
    drop(tmp_path, "a.csv", [row(n, SUN) for n in range(25)])
    settle(made)
    tell(SUN_WAS_OPENED)
    after, moved = 0, []
    while (step := replay(ALL_UNKNOWN, **CLERK, after=after, limit=10)).records:
        after = step.last
        moved.append(step.records)
    assert moved == [10, 10, 5]
    settle(made)
    assert counted() == (25, 25, 0, 0)


def test_the_quarantine_is_listed_by_reason_and_file_with_numbers_masked(tmp_path):
    two_customers()
    made = meter(tmp_path)
    a_morning(tmp_path, made)
    drop(tmp_path, "b.csv", [row(7, SUN)])
    settle(made)
    newest, *_ = held_records(ALL_UNKNOWN)
    assert newest.text == f"7,msc-1,169****0003,voice,domestic,{START},60,1"
    assert [one.file for one in held_records(ALL_UNKNOWN, limit=2)] == ["b.csv", "a.csv"]
    assert [one.row for one in held_records(ALL_UNKNOWN, before=newest.record_id)] == [2, 1]
    assert len(held_records(HeldFilter(file="a.csv"))) == 4
    assert held_records(HeldFilter(state=HeldState.METERED)) == []
    assert str(SUN) in held_detail(newest.record_id).came_as


class KilledError(BaseException):
    """Stands for the end of the process."""


def asked(folder):
    """A morning counted; then Sun's line is opened, the fax is repaired, and all wait."""
    two_customers()
    made = meter(folder, snapshot_every=2)
    a_morning(folder, made)
    made.stop()
    tell(SUN_WAS_OPENED)
    repair(only(reason="unknown-service").record_id, {"service": "message"}, **CLERK)
    replay(ALL_UNKNOWN, **CLERK)


def outcome(folder):
    again = meter(folder)
    states = QuarantinedRecord.objects.order_by("row").values_list("row", "state", "reason")
    archived = sorted(int(p.name.split("-")[1]) for p in again.folders.archive.iterdir())
    return figures(again), counted(), kept(), list(states), held_now(), archived


@pytest.fixture
def undisturbed(tmp_path):
    folder = tmp_path / "undisturbed"
    asked(folder)
    made = meter(folder, snapshot_every=2)
    settle(made)
    made.stop()
    expected = outcome(folder)
    assert expected[1] == (5, 4, 0, 1)
    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE kept, wanhao_usage_quarantinestep, wanhao_usage_quarantinedrecord,"
            " wanhao_usage_quarantinecount, wanhao_usage_batch, wanhao_usage_usagefile,"
            " wanhao_usage_fact, wanhao_usage_toldtariff CASCADE"
        )
        cursor.execute("SELECT pg_advisory_unlock_all()")
    return expected


def test_raising_at_every_checkpoint_of_a_replay_changes_nothing(tmp_path, undisturbed):
    folder = tmp_path / "disturbed"
    asked(folder)
    killed = 0
    while True:
        heard = []

        def checkpoint(part, heard=heard, limit=killed):
            heard.append(part)
            if len(heard) > limit:
                raise KilledError(part)

        try:
            made = meter(folder, checkpoint=checkpoint, snapshot_every=2)
            settle(made)
            break
        except KilledError:
            connection.close()
            killed += 1
    assert killed >= 4
    made.checkpoint = lambda name: None
    made.stop()
    assert outcome(folder) == undisturbed


@pytest.mark.parametrize("part", ["read again", "archive", "commit", "apply"])
def test_sigkill_while_records_are_judged_again_changes_nothing(tmp_path, undisturbed, part):
    folder = tmp_path / "disturbed"
    asked(folder)
    connection.close()
    script = Path(__file__).with_name("killed_meter.py")
    database = connection.settings_dict
    url = f"postgresql://postgres@/{database['NAME']}?host={database['HOST']}"
    env = {**os.environ, "DATABASE_URL": url, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    ends = []
    for passes in (0, 99):
        command = [sys.executable, str(script), str(folder), part, str(passes), "day"]
        ends.append(subprocess.run(command, env=env, check=False, timeout=300).returncode)
    assert ends == [-signal.SIGKILL, 0]
    assert outcome(folder) == undisturbed
    assert Batch.objects.filter(replayed__gt=0).count() == 1
