"""A shortened proof: the meter is broken in every way there is, and comes to the same each time.

`make prove` does it hundreds of times; the large file is smaller here, so it is read in one part.
"""

import json
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pytest_django.plugin import DjangoDbBlocker

from tests.proof import moments, proving
from tests.proof.breakages import Compacted, Killed
from tests.proof.command import left_out
from tests.proof.folder import new_folder
from tests.proof.ground import Ground
from tests.proof.moments import Breaking
from tests.proof.outcome import differences
from tests.proof.proving import KINDS, Proof
from tests.proof.world import make_world

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("proof")]
BULK = 20_000
KILLS, OTHERS = 6, 1
SEED = 20261123


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    made = new_folder()
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture(scope="module")
def proof(folder: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[Proof]:
    world = make_world(datetime.now(UTC), BULK)
    with django_db_blocker.unblock(), Ground(folder, world) as ground:
        yield Proof(ground, SEED)


def test_a_day_nobody_disturbs_has_everything_in_it(proof: Proof) -> None:
    expected, delivered = proof.expected, proof.ground.world.deliveries
    assert expected.records["in"] == sum(each.records for each in delivered)
    assert all(expected.records.values())
    assert all(expected.tables.values())
    assert len(expected.closed) == 1


@pytest.mark.parametrize("number", range(KILLS))
def test_killed_at_random_moments(proof: Proof, number: int) -> None:
    assert proof.carry_out_one(Killed.name, number) == []
    assert proof.told[Killed.name].starts > proof.told[Killed.name].runs


@pytest.mark.parametrize("number", range(OTHERS))
@pytest.mark.parametrize("name", [name for name in KINDS if name != Killed.name])
def test_broken_in_another_way(proof: Proof, folder: Path, name: str, number: int) -> None:
    if name in (left := left_out(folder)):
        pytest.skip(left[name])
    assert proof.carry_out_one(name, number) == []
    assert proof.told[name].blows.total() > 0


def test_what_is_compared_was_compacted(proof: Proof) -> None:
    assert proof.carry_out_one(Compacted.name, OTHERS) == []
    seen = proof.told[Compacted.name].seen
    assert seen["compacted beside the meter"] + seen["compacted at last"] > 0


class Harmless(Breaking):
    """Strikes, and breaks nothing."""

    name = "harmless"


def test_a_run_in_which_nothing_broke_is_not_equal(
    proof: Proof, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moments, "INSIST_SECONDS", 0.5)
    monkeypatch.setattr(proving, "KINDS", {**KINDS, Harmless.name: Harmless})
    assert proof.carry_out_one(Harmless.name, 0) == ["nothing was broken"]
    assert proof.told.pop(Harmless.name).equal == 0


@pytest.mark.parametrize("name", ["open months: totals", "open months: charges", "money"])
def test_one_unit_in_the_open_month_is_told(proof: Proof, name: str) -> None:
    """The last figure of a row is changed by one."""
    expected = proof.expected
    rows = sorted(expected.tables[name], key=lambda row: row.startswith(f"[{_open(proof)},"))
    changed = [*json.loads(rows[-1])]
    place = max(place for place, figure in enumerate(changed) if isinstance(figure, int))
    changed[place] += 1
    found = Counter([*rows[:-1], json.dumps(changed)])
    tables = {**expected.tables, name: found}
    (told,) = differences(expected, replace(expected, tables=tables))
    assert told.startswith(f"{name}: 1 missing, 1 too much")


def test_the_open_month_has_totals_and_charges(proof: Proof) -> None:
    for name in ("open months: totals", "open months: charges"):
        months = {json.loads(row)[0] for row in proof.expected.tables[name]}
        assert _open(proof) in months


def _open(proof: Proof) -> int:
    return proof.ground.world.month.cycle.next.number


def test_a_reminder_too_few_or_too_many_is_told(proof: Proof) -> None:
    expected = proof.expected
    outbox = expected.tables["outbox"].copy()
    one = next(iter(outbox))
    outbox[one] += 1
    found = replace(expected, tables={**expected.tables, "outbox": outbox})
    assert [each.split(",")[0] for each in differences(expected, found)] == ["outbox: 0 missing"]
    assert [each.split(",")[0] for each in differences(found, expected)] == ["outbox: 1 missing"]
