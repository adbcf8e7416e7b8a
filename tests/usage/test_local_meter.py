"""Usage files in, crossings out: each file once, each record once, nothing lost."""

from datetime import UTC, datetime, timedelta
from itertools import count
from threading import Event, Thread

import pyarrow.parquet as pq
import pytest
from django.db import OperationalError, connection, transaction

from tests.usage.operators import (
    MB,
    NOW,
    QIAN,
    START,
    ZHAO,
    KeepingSink,
    drop,
    funds,
    kept,
    meter,
    row,
    settle,
    two_customers,
)
from wanhao.usage import local, queries
from wanhao.usage.actions import record_facts
from wanhao.usage.contracts import MoneyCrossing, UsageCrossing
from wanhao.usage.folders import Folders
from wanhao.usage.local import LocalMeter
from wanhao.usage.models import Batch, MeterPulse, QuarantinedRecord, UsageFile
from wanhao.values.errors import WanhaoError

pytestmark = pytest.mark.django_db(transaction=True)


def counted():
    """in, metered, duplicate, quarantined."""
    status = queries.meter_status(NOW)
    return status.records_in, status.metered, status.duplicate, status.quarantined


@pytest.mark.parametrize("ending", [".csv", ".csv.gz", ".csv.zst", ".parquet"])
def test_a_customer_crosses_80_per_cent_of_voice(tmp_path, ending):
    two_customers()
    sink = KeepingSink()
    made = meter(tmp_path, sink)
    drop(tmp_path, f"a{ending}", [row(n, quantity=79 * 60 if n == 1 else 60) for n in (1, 2)])
    settle(made)
    (crossing,) = sink.seen
    assert isinstance(crossing, UsageCrossing)
    assert (crossing.group_id, crossing.number, crossing.threshold) == (1, ZHAO, 80)
    assert (crossing.used, crossing.allowance, crossing.cycle) == (80, 100, 202611)
    assert counted() == (2, 2, 0, 0)


def test_the_line_is_named_whose_record_crossed(tmp_path):
    two_customers()
    sink = KeepingSink()
    made = meter(tmp_path, sink)
    late, early = START + 10, START
    drop(
        tmp_path,
        "a.csv",
        [
            row(1, QIAN, "data", 450 * MB, start=late),
            row(2, QIAN, "data", 100 * MB, start=early),
            row(3, ZHAO, "message", 1),
        ],
    )
    settle(made)
    assert [(c.threshold, c.occurred_at) for c in sink.seen] == [(80, late), (100, late)]


def test_the_balance_falls_below_15_yuan_by_the_fen(tmp_path):
    two_customers(fen=1515)
    sink = KeepingSink()
    made = meter(tmp_path, sink)
    drop(tmp_path, "a.csv", [row(1, quantity=101 * 60)])
    settle(made)
    assert not [c for c in sink.seen if isinstance(c, MoneyCrossing)]
    drop(tmp_path, "b.csv", [row(2, service="data", quantity=500 * MB + 1)])
    settle(made)
    (money,) = [c for c in sink.seen if isinstance(c, MoneyCrossing)]
    assert (money.account_id, money.threshold, money.left) == (1, 1500, 1499)


def test_the_same_file_is_counted_once_whatever_its_name(tmp_path):
    two_customers()
    made = meter(tmp_path)
    drop(tmp_path, "a.csv", [row(1), row(2)])
    settle(made)
    drop(tmp_path, "again.csv", [row(1), row(2)])
    settle(made)
    assert counted() == (2, 2, 0, 0)
    assert UsageFile.objects.get().repeats == 1
    assert not list(made.folders.inbox.iterdir())


def test_the_same_record_in_another_file_is_a_duplicate(tmp_path):
    two_customers()
    made = meter(tmp_path)
    drop(tmp_path, "a.csv", [row(1), row("x-7", service="data", quantity=5)])
    settle(made)
    drop(tmp_path, "b.parquet", [row(1), row(2)])
    drop(tmp_path, "c.csv", [row("x-7", service="data", quantity=5), row("001"), row(3), row(3)])
    settle(made)
    assert counted() == (8, 4, 4, 0)


def test_the_same_identity_with_another_content_is_a_conflict(tmp_path):
    two_customers()
    made = meter(tmp_path)
    drop(tmp_path, "a.csv", [row(1, quantity=60)])
    settle(made)
    drop(tmp_path, "b.csv", [row(1, quantity=120), row(2)])
    settle(made)
    assert counted() == (3, 2, 0, 1)
    (held,) = QuarantinedRecord.objects.all()
    assert (held.reason, held.file, held.row) == ("conflict", "b.csv", 1)


def test_the_same_id_of_another_source_or_hour_is_another_record(tmp_path):
    two_customers()
    made = meter(tmp_path)
    drop(tmp_path, "a.csv", [row(1), row(1, source="msc-2"), row(1, start=START - 7200)])
    settle(made)
    assert counted() == (3, 3, 0, 0)


def test_what_cannot_be_counted_is_put_aside_with_its_reason(tmp_path):
    two_customers()
    made = meter(tmp_path)
    rows = [
        row(1),
        row(2, service="fax"),
        row(3, zone="moon"),
        row(5, number=19_999_999_999),
        row(6, quantity=0),
        row(7, start=START + 8 * 3600),
        row(8, start=START - 40 * 86_400),
        row(9, start="yesterday"),
        row(10, sign=2),
    ]
    drop(tmp_path, "a.csv", rows)
    settle(made)
    assert counted() == (9, 1, 0, 8)
    reasons = dict(QuarantinedRecord.objects.values_list("row", "reason"))
    assert reasons == {
        2: "unknown-service",
        3: "unknown-zone",
        4: "unknown-number",
        5: "bad-quantity",
        6: "in-future",
        7: "cycle-closed",
        8: "unreadable",
        9: "bad-sign",
    }
    assert {r.reason: r.records for r in queries.quarantine_by_reason()}["unreadable"] == 1


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
@pytest.mark.parametrize("names", [(1, 2), ("a-1", "b-2"), (1, "b-2")])
def test_a_file_of_which_nothing_counts_stops_no_counting(tmp_path, names, ending):
    two_customers()
    made = meter(tmp_path)
    drop(tmp_path, f"a{ending}", [row(name, number=19_999_999_999) for name in names])
    settle(made)
    drop(tmp_path, f"b{ending}", [row("c-3"), row(4)])
    settle(made)
    assert counted() == (4, 2, 0, 2)


def test_the_quarantine_shows_numbers_masked(tmp_path):
    two_customers()
    made = meter(tmp_path)
    drop(tmp_path, "a.csv", [row(1, number=16_999_990_001)])
    settle(made)
    (shown,) = queries.latest_quarantined(5)
    assert "169****0001" in shown.text
    assert "16999990001" not in shown.text


@pytest.mark.parametrize("content", [b"", b"no,such,columns\n1,2,3\n", b"\x00\x01\xff"])
def test_a_file_that_is_no_usage_file_is_refused_and_told(tmp_path, content):
    two_customers()
    made = meter(tmp_path)
    drop(tmp_path, "bad.csv", content)
    drop(tmp_path, "good.csv", [row(1)])
    settle(made)
    assert counted() == (1, 1, 0, 0)
    assert UsageFile.objects.get(name="bad.csv").trouble
    assert [path.name[13:] for path in made.folders.refused.iterdir()] == ["bad.csv"]


def test_a_file_cut_off_on_its_way_counts_what_came_and_the_rest_when_it_comes_whole(tmp_path):
    two_customers()
    made = meter(tmp_path)
    rows = [row(n, quantity=1) for n in range(100_000)]
    whole = drop(tmp_path, "a.csv.gz", rows).read_bytes()
    drop(tmp_path, "a.csv.gz", whole[:-2000])
    settle(made)
    assert counted()[0] < 100_000
    drop(tmp_path, "a.csv.gz", whole)
    settle(made)
    records_in, metered, duplicate, quarantined = counted()
    assert metered == 100_000
    assert quarantined == 0
    assert records_in == metered + duplicate


def test_an_unfinished_drop_is_not_read(tmp_path):
    two_customers()
    made = meter(tmp_path)
    (made.folders.inbox / ".a.csv.tmp").write_text("half")
    (made.folders.inbox / "notes.txt").write_text("not usage")
    settle(made)
    assert counted() == (0, 0, 0, 0)


def test_a_large_file_is_counted_in_several_batches(tmp_path):
    two_customers()
    made = meter(tmp_path, batch_rows=1)
    drop(tmp_path, "a.parquet", [row(n, quantity=1, service="data") for n in range(600_000)])
    settle(made)
    assert counted() == (600_000, 600_000, 0, 0)
    assert Batch.objects.filter(records_in__gt=0).count() == 3


def test_every_batch_leaves_one_archive_file_sorted_by_line(tmp_path):
    two_customers()
    made = meter(tmp_path)
    drop(tmp_path, "a.csv", [row(1, QIAN), row(2, ZHAO), row(3, ZHAO, start=START - 5)])
    settle(made)
    (path,) = made.folders.archive.glob("*.parquet")
    table = pq.read_table(path)
    assert table["number"].to_pylist() == [ZHAO, ZHAO, QIAN]
    assert table["record_id"].to_pylist() == [3, 2, 1]


def test_a_second_meter_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("wanhao.usage.lock.PATIENCE_SECONDS", 0.2)
    meter(tmp_path)
    refused = []

    def second():
        try:
            meter(tmp_path / "other")
        except WanhaoError as error:
            refused.append(str(error))
        finally:
            connection.close()

    thread = Thread(target=second)
    thread.start()
    thread.join()
    assert "Another meter is counting" in refused[0]


def test_a_payment_reaches_the_meter_as_a_fact_and_rearms_the_reminder(tmp_path):
    two_customers(fen=1500)
    made = meter(tmp_path)
    drop(tmp_path, "a.csv", [row(1, quantity=101 * 60)])
    settle(made)
    first = {key for key in kept() if "left" in key}
    assert len(first) == 1
    with transaction.atomic():
        record_facts([funds(1, 2000)])
    settle(made)
    drop(tmp_path, "b.csv", [row(2, quantity=40 * 60)])
    settle(made)
    assert len({key for key in kept() if "left 1500" in key} - first) == 1


def test_the_meter_shows_that_it_lives_while_it_takes_in_many_facts(tmp_path):
    seconds = count()
    made = meter(tmp_path, clock=lambda: NOW + timedelta(seconds=next(seconds)))
    with transaction.atomic():
        for step in range(25):
            record_facts([funds(1, step)])
    made._take_facts()
    assert made.state.spendable[:].max() == 24
    assert MeterPulse.objects.get().at > NOW + timedelta(seconds=25)


def test_a_cycle_opens_by_the_clock_and_closes_72_hours_after_its_end(tmp_path):
    two_customers()
    clock = [datetime(2026, 11, 30, 15, 59, tzinfo=UTC)]
    made = meter(tmp_path, clock=lambda: clock[0])
    settle(made)
    assert made.state.current().cycle == 202611
    december = int(datetime(2026, 11, 30, 16, 0, tzinfo=UTC).timestamp())
    clock[0] = datetime(2026, 12, 1, 0, 0, tzinfo=UTC)
    drop(tmp_path, "a.csv", [row(1, start=december - 60), row(2, start=december)])
    settle(made)
    assert counted() == (2, 2, 0, 0)
    assert made.state.current().cycle == 202612
    clock[0] = datetime(2026, 12, 3, 16, 0, tzinfo=UTC)
    drop(tmp_path, "b.csv", [row(3, start=december - 60), row(4, start=december)])
    settle(made)
    assert counted() == (4, 4, 0, 0)
    assert queries.closed_cycles() == (202611,)
    assert queries.late_waiting() == 1


def test_a_database_that_is_away_at_the_start_is_waited_for(tmp_path, monkeypatch):
    two_customers()
    answers = iter([OperationalError("away"), OperationalError("still away")])
    taken, stop = local.take_lock, Event()

    def take_lock():
        for error in answers:
            raise error
        taken()
        stop.set()

    monkeypatch.setattr(local, "take_lock", take_lock)
    monkeypatch.setattr(local, "RETRY_SECONDS", 0)
    made = LocalMeter(folders=Folders(tmp_path), sink=KeepingSink(), shards=2)
    made.run(stop)
    assert stop.is_set()
    assert next(answers, None) is None
    assert made.state.last_batch == 0


def test_a_stop_without_the_database_is_no_failure(tmp_path, monkeypatch, caplog):
    two_customers()
    made = meter(tmp_path)

    def gone():
        raise OperationalError("terminating connection")

    monkeypatch.setattr(local, "give_lock_back", gone)
    made.stop()
    assert "stopped without the database" in caplog.text
