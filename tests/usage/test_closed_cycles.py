"""Closing a cycle: one file, sorted by account, of what everybody used and what it cost."""

from datetime import timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.usage.months import CLOSING, DECEMBER, MIDNIGHT, NOVEMBER, live, staged, two_months
from tests.usage.operators import (
    MB,
    NOW,
    QIAN,
    START,
    ZHAO,
    drop,
    group,
    meter,
    pack,
    row,
    settle,
    tell,
    two_customers,
)
from wanhao.usage import closing, queries
from wanhao.usage.contracts import AllowanceKind, AllowanceUse, LineFact, Service
from wanhao.usage.models import Batch, ClosedCycle, Fact
from wanhao.values.errors import WanhaoError

pytestmark = pytest.mark.django_db(transaction=True)


def closed(folder: Path, *rows):
    """A meter that counted these records in November and closed the month."""
    clock = [NOW]
    made = meter(folder, clock=lambda: clock[0])
    drop(folder, "november.csv", rows)
    settle(made)
    clock[0] = CLOSING
    settle(made)
    return made


def lines(first=1, last=100, cycle=NOVEMBER):
    """The lines of some accounts by group, zone and service."""
    found = queries.closed_usage(cycle, first, last)
    return {(line.group_id, line.zone, line.service): line for line in found}


def test_a_line_says_what_was_used_of_what_and_what_it_cost(tmp_path):
    two_customers()
    closed(tmp_path, row(1, quantity=110 * 60), row(2, QIAN, "message", 3))
    voice = lines()[1, "domestic", Service.VOICE]
    assert (voice.account_id, voice.total, voice.beyond, voice.charge_fen) == (1, 110, 10, 150)
    assert (voice.tariff, voice.voice_unit, voice.price_fen, voice.tier) == (1, 60, 15, 0)
    whole = AllowanceUse(kind=AllowanceKind.PLAN, pack_id=0, quantity=100, used=100)
    assert voice.allowances == (whole,)
    assert lines().keys() == {(1, "domestic", Service.VOICE), (2, "domestic", Service.MESSAGE)}


def test_packs_are_used_before_the_plan_in_their_rank(tmp_path):
    two_customers()
    tell(group(1, packs=(pack(70, quantity=50 * MB, rank=2), pack(71, quantity=20 * MB, rank=1))))
    closed(tmp_path, row(1, service="data", quantity=60 * MB))
    data = lines()[1, "domestic", Service.DATA]
    uses = [(use.kind.value, use.pack_id, use.used // MB) for use in data.allowances]
    assert uses == [("pack", 71, 20), ("pack", 70, 40), ("plan", 0, 0)]
    assert (data.beyond, data.charge_fen) == (0, 0)


def test_use_abroad_has_lines_and_prices_of_its_own(tmp_path):
    two_customers()
    closed(
        tmp_path,
        row(1, quantity=61, zone="roaming"),
        row(2, quantity=60, zone="hk-macau-taiwan"),
        row(3, quantity=60, zone="free"),
    )
    assert {key: line.charge_fen for key, line in lines().items()} == {
        (1, "roaming", Service.VOICE): 598,
        (1, "hk-macau-taiwan", Service.VOICE): 99,
    }


def test_a_line_names_the_tier_that_was_reached(tmp_path):
    two_customers()
    tell(group(2, tariff=2, rolls=False))
    closed(tmp_path, row(1, QIAN, "data", 640 * MB))
    data = lines()[2, "domestic", Service.DATA]
    assert (data.tier, data.charge_fen, data.beyond) == (2, 2000, 140 * MB)


def test_what_is_left_rolls_over_and_a_late_record_of_the_open_month_takes_from_it(tmp_path):
    """295 MB of November: 50 and 100 from the packs, 145 from the plan; 355 are left of the 500."""
    two_months()
    staged(tmp_path)
    made = live(tmp_path)
    data = lines()[1, "domestic", Service.DATA]
    assert [(use.pack_id, use.used // MB) for use in data.allowances] == [
        (70, 50),
        (71, 100),
        (0, 145),
    ]
    december = made.state.current()
    assert december.cycle == DECEMBER
    assert int(december.rolled[made.state.place_of_group[1]]) == 355 * MB


def test_only_the_row_groups_of_the_accounts_asked_for_are_read(tmp_path, monkeypatch):
    monkeypatch.setattr(closing, "ROW_GROUP", 3)
    two_customers()
    numbers = [ZHAO + 10 + n for n in range(10)]
    tell(
        *(group(10 + n, account=20 - n) for n in range(10)),
        *(LineFact(number=number, group_id=10 + n, since=0) for n, number in enumerate(numbers)),
    )
    closed(tmp_path, *(row(n, number) for n, number in enumerate(numbers)))
    read, real = [], pq.ParquetFile.read_row_group

    def reading(self, part, **options):
        read.append(part)
        return real(self, part, **options)

    monkeypatch.setattr(pq.ParquetFile, "read_row_group", reading)
    found = queries.closed_usage(NOVEMBER, 13, 14)
    assert [(line.account_id, line.group_id) for line in found] == [(13, 17), (14, 16)]
    assert len(read) == 2
    whole = queries.closed_usage(NOVEMBER, 1, 100)
    assert [line.account_id for line in whole] == sorted(line.account_id for line in whole)


@pytest.mark.parametrize("turn", [1, -1])
def test_parts_are_written_by_account_in_whatever_order_they_come(tmp_path, monkeypatch, turn):
    two_customers()
    tell(group(1, packs=(pack(70),)), group(2, packs=(pack(71),)))
    read, wholes = closing.closed_cells, []

    def kept(state, cycle):
        wholes.extend(read(state, cycle))
        return wholes

    monkeypatch.setattr(closing, "closed_cells", kept)
    made = closed(tmp_path, row(1, service="data", quantity=MB), row(2, QIAN, zone="roaming"))
    (whole,) = wholes
    names = [set(type(part).__dataclass_fields__) for part in whole]

    def of(account):
        chosen = [part.account == account for part in whole]
        return tuple(
            type(part)(**{name: getattr(part, name)[rows] for name in fields})
            for part, rows, fields in zip(whole, chosen, names, strict=True)
        )

    parts = [of(account) for account in (1, 2)][::turn]
    monkeypatch.setattr(closing, "closed_cells", lambda state, cycle: iter(parts))
    again = closing.write_closed(tmp_path / "again", made.state, NOVEMBER)
    first = pq.read_table(made.folders.closed / "202611.parquet")
    assert pq.read_table(again.path).equals(first)
    assert again.rows == len(first)


def test_a_month_in_which_nobody_was_known_closes_with_an_empty_file(tmp_path):
    closed(tmp_path)
    assert queries.closed_cycles() == (NOVEMBER,)
    assert queries.closed_usage(NOVEMBER, 1, 100) == []


def test_a_cycle_that_is_open_has_no_lines(tmp_path):
    with pytest.raises(WanhaoError, match="202611 is not closed"):
        queries.closed_usage(NOVEMBER, 1, 100)


def test_a_file_that_is_gone_or_changed_is_told(tmp_path):
    two_customers()
    made = closed(tmp_path, row(1))
    path = made.folders.closed / "202611.parquet"
    content = path.read_bytes()
    path.write_bytes(content.replace(content[100:101], b"?"))
    with pytest.raises(WanhaoError, match="not the one that was written"):
        queries.closed_usage(NOVEMBER, 1, 100)
    path.unlink()
    with pytest.raises(WanhaoError, match="is missing"):
        queries.closed_usage(NOVEMBER, 1, 100)


def test_the_files_are_found_again_when_the_whole_folder_was_moved(tmp_path):
    two_customers()
    made = closed(tmp_path / "before", row(1))
    made.stop()
    (tmp_path / "before").rename(tmp_path / "after")
    meter(tmp_path / "after", clock=lambda: CLOSING)
    assert len(queries.closed_usage(NOVEMBER, 1, 100)) == 1


def test_closing_is_one_batch_that_names_its_file(tmp_path):
    two_customers()
    closed(tmp_path, row(1))
    row_of_cycle = ClosedCycle.objects.get()
    assert row_of_cycle.batch_id == Batch.objects.order_by("-number").first().number
    assert (row_of_cycle.file, row_of_cycle.rows) == ("202611.parquet", 6)
    assert Batch.objects.get(pk=row_of_cycle.batch_id).records_in == 0


def test_months_without_a_meter_are_opened_charged_and_closed_in_order(tmp_path):
    two_customers()
    clock = [NOW]
    made = meter(tmp_path, clock=lambda: clock[0])
    drop(tmp_path, "a.csv", [row(1)])
    settle(made)
    clock[0] = NOW + timedelta(days=100)
    settle(made)
    steps = Fact.objects.filter(kind__in=("cycle", "rent")).order_by("number")
    told = [(fact.kind, fact.cycle, fact.body.get("opens")) for fact in steps]
    assert told == [
        ("cycle", 202611, True),
        ("cycle", 202610, False),
        ("rent", 202611, None),
        ("cycle", 202612, True),
        ("cycle", 202611, False),
        ("rent", 202612, None),
        ("cycle", 202701, True),
        ("cycle", 202612, False),
        ("rent", 202701, None),
        ("cycle", 202702, True),
        ("cycle", 202701, False),
        ("rent", 202702, None),
    ]
    assert queries.closed_cycles() == (202611, 202612, 202701)
    assert [line.total for line in queries.closed_usage(202611, 1, 9)] == [1]
    assert queries.closed_usage(202612, 1, 9) == []


def test_terms_of_a_later_month_wait_until_it_opens(tmp_path):
    two_customers()
    tell(group(1, cycle=DECEMBER, plan=2, voice_allowance=10))
    clock = [NOW]
    made = meter(tmp_path, clock=lambda: clock[0])
    drop(tmp_path, "a.csv", [row(1, quantity=90 * 60)])
    settle(made)
    clock[0] = MIDNIGHT + timedelta(hours=12)
    december = [row(2, quantity=15 * 60, start=START + 16 * 86_400), row(3, quantity=20 * 60)]
    drop(tmp_path, "b.csv", december)
    settle(made)
    for moment in (CLOSING, CLOSING + timedelta(days=40)):
        clock[0] = moment
        settle(made)
    november = lines()[1, "domestic", Service.VOICE]
    later = lines(cycle=DECEMBER)[1, "domestic", Service.VOICE]
    assert (november.total, november.charge_fen) == (110, 150)
    assert (later.total, later.charge_fen) == (15, 75)
