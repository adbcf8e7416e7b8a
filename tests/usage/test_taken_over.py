"""A meter that stood still while another one came up and went: it goes on, or gives up whole."""

import subprocess

import pytest
from django.db import connection

from tests.usage.operators import drop, figures, kept, meter, row, settle, two_customers
from wanhao.usage.models import Batch
from wanhao.usage.recovery import remove_uncommitted
from wanhao.values.errors import WanhaoError

pytestmark = pytest.mark.django_db(transaction=True)


def lose_the_connection():
    """End this process's session at the server, as an administrator or a restart does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    subprocess.run(["kill", "-TERM", str(pid)], check=True)


def test_a_batch_whose_archive_another_meter_removed_is_not_committed(tmp_path, monkeypatch):
    """The other one took it for what a dead meter left, and ended before it counted anything."""
    two_customers()
    made = meter(tmp_path)
    lost = []

    def lose(part):
        if part == "archive" and not lost:
            lost.append(part)
            lose_the_connection()

    made.checkpoint = lose

    def another_comes_and_goes(*_):
        connection.close()
        remove_uncommitted(made.folders.archive, 0)

    monkeypatch.setattr("wanhao.usage.local._rest", another_comes_and_goes)
    drop(tmp_path, "a.csv", [row(1, quantity=80 * 60)])
    with pytest.raises(WanhaoError, match="archive of batch 1 is gone"):
        settle(made)
    assert not Batch.objects.exists()
    again = meter(tmp_path)
    settle(again)
    assert Batch.objects.get(records_in=1).metered == 1
    assert len(kept()) == 1
    assert figures(meter(tmp_path)) == figures(again)
