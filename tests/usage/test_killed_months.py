"""Killing the meter at the turn of a month: opening, rent, closing and late records survive it."""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from tests.usage.months import MOMENTS, NOVEMBER, live, staged, two_months
from tests.usage.operators import figures, kept, meter
from wanhao.usage import queries
from wanhao.usage.actions import settle_late_usage
from wanhao.usage.models import ClosedCycle, Fact, LateUsage, QuarantinedRecord

pytestmark = pytest.mark.django_db(transaction=True)
PARTS = ("read", "archive", "close", "commit", "apply facts", "apply", "put away", "snapshot")
TABLES = ("fact", "toldtariff", "quarantinedrecord", "quarantinecount", "usagefile", "batch")


class KilledError(BaseException):
    """Stands for the end of the process."""


def outcome(folder: Path) -> dict:
    """Everything that must come out the same, as a meter that comes up anew sees it."""
    end = MOMENTS[-1][0] + timedelta(minutes=5)
    again = meter(folder, clock=lambda: end)
    status = queries.meter_status(end)
    digests = ClosedCycle.objects.values_list("cycle", "digest", "rows")
    found = {
        "figures": figures(again),
        "conserved": (status.records_in, status.metered, status.duplicate, status.quarantined),
        "kept": kept(),
        "held": sorted(QuarantinedRecord.objects.values_list("file", "row", "reason")),
        "facts": list(Fact.objects.order_by("number").values_list("kind", "cycle", "body")),
        "closed": list(digests),
        "lines": queries.closed_usage(NOVEMBER, 1, 2),
        "late": list(LateUsage.objects.order_by("start", "id").values_list("number", "quantity")),
        "settled": sorted((charge.group_id, charge.fen) for charge in settle_late_usage(end)),
    }
    again.stop()
    return found


@pytest.fixture
def undisturbed(tmp_path):
    """The outcome of two months in which nobody was killed; the database is then emptied."""
    folder = tmp_path / "undisturbed"
    two_months()
    staged(folder)
    live(folder)
    expected = outcome(folder)
    with connection.cursor() as cursor:
        names = ", ".join(f"wanhao_usage_{name}" for name in TABLES)
        cursor.execute(f"TRUNCATE kept, {names} CASCADE")
    assert expected["conserved"] == (42, 37, 5, 0)
    assert len(expected["settled"]) == 5
    return expected


def test_raising_at_every_single_checkpoint_changes_nothing(tmp_path, undisturbed):
    folder = tmp_path / "disturbed"
    two_months()
    staged(folder)
    runs, ended = 0, False
    while not ended:
        runs += 1
        heard = [0]

        def checkpoint(part, heard=heard, limit=runs):
            heard[0] += 1
            if heard[0] == limit:
                raise KilledError(part)

        try:
            live(folder, checkpoint)
            ended = True
        except KilledError:
            connection.close()
    assert runs > 8
    assert outcome(folder) == undisturbed


@pytest.mark.parametrize("part", PARTS)
def test_sigkill_after_any_part_changes_nothing(tmp_path, undisturbed, part):
    folder = tmp_path / "disturbed"
    two_months()
    staged(folder)
    connection.close()
    script = Path(__file__).with_name("killed_meter.py")
    database = connection.settings_dict
    url = f"postgresql://postgres@/{database['NAME']}?host={database['HOST']}"
    env = {**os.environ, "DATABASE_URL": url, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    ends = []
    for passes in (0, 99):
        command = [sys.executable, str(script), str(folder), part, str(passes), "months"]
        ends.append(subprocess.run(command, env=env, check=False, timeout=300).returncode)
    assert ends == [-signal.SIGKILL, 0]
    assert outcome(folder) == undisturbed
