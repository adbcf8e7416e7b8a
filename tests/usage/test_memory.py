"""A meter that may take only so much memory says where it ends, and is not killed."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.usage.operators import (
    PLAIN,
    drop,
    figures,
    funds,
    group,
    meter,
    row,
    settle,
    tell,
    two_customers,
)
from wanhao.usage.feed import facts_after
from wanhao.usage.memory import MB, Memory, resident
from wanhao.usage.models import Batch, UsageFile
from wanhao.values.errors import WanhaoError

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_meter_whose_lines_would_not_fit_does_not_start_and_says_what_to_raise(tmp_path):
    two_customers()
    made = meter(tmp_path)
    drop(tmp_path, "a.csv", [row(1)])
    settle(made)
    made.stop()
    with pytest.raises(WanhaoError, match="for its lines") as refused:
        meter(tmp_path, memory=Memory(resident() + 100 * MB))
    assert "WANHAO_METER_MEMORY_MB" in refused.value.remedy
    again = meter(tmp_path, memory=Memory(resident() + 4_000 * MB))
    assert figures(again) == figures(made)


def test_a_meter_stops_before_it_makes_room_that_it_may_not_take(tmp_path):
    two_customers()
    made = meter(tmp_path, memory=Memory(resident() + 4_000 * MB))
    drop(tmp_path, "a.csv", [row(1)])
    settle(made)
    tell(PLAIN, *[group(number) for number in range(10, 500)])
    made.memory = Memory(resident())
    with pytest.raises(WanhaoError, match="new lines need"):
        settle(made)
    assert made.state.last_batch == Batch.objects.count()
    roomier = meter(tmp_path)
    settle(roomier)
    assert roomier.state.groups_used.sum() == 492


def test_what_is_told_of_customers_it_knows_does_not_stop_a_full_meter(tmp_path):
    two_customers()
    made = meter(tmp_path)
    settle(made)
    full = [group(n) for n in range(3, int(made.state.capacity - 1))]
    tell(*full)
    settle(made)
    made.memory = Memory(resident())
    tell(*[funds(one.account_id, 100) for one in full], *full)
    settle(made)
    assert not list(facts_after(made.state.last_fact))


def test_a_file_whose_row_groups_do_not_fit_is_refused_and_the_others_are_counted(tmp_path):
    two_customers()
    made = meter(tmp_path)
    rows = [row(n, quantity=1) for n in range(3_000)]
    unfinished = made.folders.inbox / ".large.parquet"
    pq.write_table(pa.Table.from_pylist(rows), unfinished, row_group_size=3_000)
    unfinished.rename(made.folders.inbox / "large.parquet")
    drop(tmp_path, "small.csv", rows[:5])
    made.intake.most = 1
    settle(made)
    refused = UsageFile.objects.exclude(trouble="").get()
    assert refused.name == "large.parquet"
    assert "row group" in refused.trouble
    assert Batch.objects.get().metered == 5
    assert [path.name[13:] for path in made.folders.refused.iterdir()] == ["large.parquet"]
    made.intake.most = None
    drop(tmp_path, "large.parquet", rows)
    settle(made)
    assert Batch.objects.order_by("number").last().total_metered == 3_000
