"""Records that somebody else's billing has priced: their fen are charged as they came."""

import pytest

from tests.usage.operators import (
    MB,
    NOW,
    KeepingSink,
    drop,
    figures,
    kept,
    meter,
    row,
    settle,
    two_customers,
)
from wanhao.usage import queries
from wanhao.usage.contracts import MoneyCrossing
from wanhao.usage.models import QuarantinedRecord

pytestmark = pytest.mark.django_db(transaction=True)


def charged(made):
    """What Zhao's account was charged in this month, in fen."""
    return int(made.state.current().charge[made.state.place_of_account[1]])


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_a_charge_that_came_with_the_record_is_taken_from_what_is_left(tmp_path, ending):
    two_customers(fen=1600)
    sink = KeepingSink()
    made = meter(tmp_path, sink)
    drop(tmp_path, f"a{ending}", [row(1, charge_fen=100), row(2, charge_fen=1)])
    settle(made)
    assert charged(made) == 101
    (crossing,) = sink.seen
    assert isinstance(crossing, MoneyCrossing)
    assert crossing.left == 1499


def test_a_record_taken_back_gives_its_charge_back(tmp_path):
    two_customers()
    made = meter(tmp_path)
    drop(tmp_path, "a.csv", [row(1, charge_fen=100), row(2, charge_fen=100, sign=-1)])
    settle(made)
    assert charged(made) == 0


def test_files_with_and_without_charges_share_a_batch(tmp_path):
    two_customers()
    made = meter(tmp_path)
    drop(tmp_path, "a.csv", [row(1, charge_fen=7)])
    drop(tmp_path, "b.csv", [row(2, quantity=101 * 60)])
    drop(tmp_path, "c.parquet", [row(3, service="data", quantity=MB, charge_fen=5)])
    settle(made)
    assert charged(made) == 7 + 5 + 2 * 15


def test_the_same_record_with_another_charge_is_a_conflict(tmp_path):
    two_customers()
    made = meter(tmp_path)
    drop(tmp_path, "a.csv", [row(1, charge_fen=7), row(2)])
    settle(made)
    drop(tmp_path, "b.csv", [row(1, charge_fen=8), row(1, charge_fen=7), row(2, charge_fen=0)])
    settle(made)
    status = queries.meter_status(NOW)
    assert (status.metered, status.duplicate, status.quarantined) == (2, 2, 1)
    assert QuarantinedRecord.objects.get().text.endswith(",8")


def test_charges_are_replayed_from_the_archive(tmp_path):
    two_customers()
    made = meter(tmp_path)
    drop(tmp_path, "a.csv", [row(1, charge_fen=7), row(2, quantity=101 * 60)])
    drop(tmp_path, "b.csv", [row(3, charge_fen=90)])
    settle(made)
    again = meter(tmp_path)
    assert figures(again) == figures(made)
    drop(tmp_path, "c.csv", [row(3, charge_fen=90), row(4, charge_fen=1)])
    settle(again)
    assert queries.meter_status(NOW).duplicate == 1
    assert charged(again) == 4 * 15 + 7 + 90 + 1
    assert kept() == {"1 voice 80 #0", "1 voice 100 #0"}
