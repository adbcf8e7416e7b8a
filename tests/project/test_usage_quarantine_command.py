"""`wanhao usage quarantine`: list, show, repair, replay, dismiss."""

import threading
import time

import pytest
from click.testing import CliRunner, Result
from django.db import connection

from tests.usage.operators import ZHAO, drop, meter, row, settle, tell, two_customers
from wanhao.access.queries import reads_of
from wanhao.project.command.usage import usage
from wanhao.usage.contracts import LineFact
from wanhao.usage.held import held_records
from wanhao.usage.quarantine_contracts import HeldFilter
from wanhao.values.errors import WanhaoError

pytestmark = pytest.mark.django_db(transaction=True)
SUN = 16_907_910_003


def run(*arguments: str) -> Result:
    return CliRunner().invoke(usage, ["quarantine", *arguments], catch_exceptions=False)


@pytest.fixture
def made(tmp_path):
    """A meter that put four records aside."""
    two_customers()
    made = meter(tmp_path)
    drop(tmp_path, "a.csv", [row(1, SUN), row(2, SUN), row(3, ZHAO, "fax"), row(4, "x")])
    settle(made)
    return made


def only(reason: str) -> str:
    (found,) = held_records(HeldFilter(reason=reason))
    return str(found.record_id)


def test_the_quarantine_is_listed_with_its_reasons(made) -> None:
    told = run("list").output.splitlines()
    assert told[0].split() == ["unknown-number", "2"]
    assert len(told) == 3 + 4
    assert sum("169****0003" in line for line in told) == 2
    assert len(run("list", "--reason", "unknown-number", "--limit", "1").output.splitlines()) == 4
    assert len(run("list", "--file", "b.csv").output.splitlines()) == 3


def test_a_repaired_record_is_shown_with_what_happened_to_it(made) -> None:
    fax = only("unknown-service")
    assert "waits for the meter" in run("repair", fax, "--set", "service=voice").output
    settle(made)
    told = run("show", fax).output
    assert f",{ZHAO},fax," in told
    assert f"is now    3,msc-1,{ZHAO},voice," in told
    assert "repaired by" in told
    assert "metered in batch 2" in told
    assert [read.purpose for read in reads_of(f"quarantined record {fax}")] == [
        "quarantine by command"
    ]


def test_all_of_a_reason_are_replayed_while_the_command_waits(made) -> None:
    tell(LineFact(number=SUN, group_id=2, since=0))
    done = threading.Event()

    def count() -> None:
        while not done.is_set():
            made.step()
            time.sleep(0.01)
        connection.close()

    beside = threading.Thread(target=count)
    beside.start()
    try:
        told = run("replay", "--reason", "unknown-number", "--why", "opened", "--seconds", "30")
    finally:
        done.set()
        beside.join()
    assert "2 record(s) wait for the meter" in told.output
    assert "2 metered, 0 duplicate, 0 held again" in told.output


def test_waiting_for_a_meter_that_does_not_run_ends(made) -> None:
    with pytest.raises(WanhaoError, match="still wait for the meter"):
        run("replay", "--reason", "unknown-number", "--seconds", "0.01")


def test_what_is_dismissed_is_gone_from_the_list(made) -> None:
    assert "1 record(s) dismissed" in run("dismiss", only("unreadable"), "--why", "a test").output
    assert "unreadable" not in run("list").output
    assert "unreadable" in run("list", "--state", "dismissed").output


def test_a_command_that_does_not_say_which_is_refused(made) -> None:
    with pytest.raises(WanhaoError, match="which records are meant"):
        run("replay")
    with pytest.raises(WanhaoError, match="gives no value"):
        run("repair", "1", "--set", "service")
