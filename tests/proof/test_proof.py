"""A shortened proof: the meter is broken in every way there is, and comes to the same each time.

`make prove` does it hundreds of times; the large file is smaller here, so it is read in one part.
"""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pytest_django.plugin import DjangoDbBlocker

from tests.proof.breakages import Killed
from tests.proof.command import left_out
from tests.proof.folder import new_folder
from tests.proof.ground import Ground
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
    if name in left_out(folder):
        return
    assert proof.carry_out_one(name, number) == []


def test_a_reminder_too_few_or_too_many_is_told(proof: Proof) -> None:
    expected = proof.expected
    outbox = expected.tables["outbox"].copy()
    one = next(iter(outbox))
    outbox[one] += 1
    found = replace(expected, tables={**expected.tables, "outbox": outbox})
    assert [each.split(",")[0] for each in differences(expected, found)] == ["outbox: 0 missing"]
    assert [each.split(",")[0] for each in differences(found, expected)] == ["outbox: 1 missing"]
