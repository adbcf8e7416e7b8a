"""`wanhao archive`: status, compact, hold, holds, release, check, export."""

import csv
import os
import pwd
import stat
from datetime import UTC, datetime

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from tests.usage.archives import a_day_passes
from tests.usage.operators import QIAN, ZHAO, two_customers
from wanhao.access.queries import reads_of
from wanhao.project import clock
from wanhao.project.command.archive import archive
from wanhao.project.doctor_database import examine_database
from wanhao.project.env import Environment
from wanhao.usage.archive import holds, keys
from wanhao.values.errors import WanhaoError

pytestmark = pytest.mark.django_db(transaction=True)
NOVEMBER = ("--from", "2026-11-01", "--until", "2026-11-30", "--why", "complaint 4711")


def run(*arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(archive, arguments, catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result


@pytest.fixture
def days(tmp_path, monkeypatch):
    """A day passed; the command sees the clock of its meter."""
    two_customers()
    days = a_day_passes(tmp_path / "usage")
    monkeypatch.setattr(clock, "now", lambda: days.now)
    return days


def told(result: Result) -> dict[str, str]:
    return {line[:20].strip(): line[20:] for line in result.output.splitlines()}


def test_what_is_compacted_is_told(days) -> None:
    assert told(run("status"))["last compaction"] == "never"
    assert run("compact").output == "44 records of the batches up to 3 are compacted\n"
    status = told(run("status"))
    assert status["compacted"].startswith("44 records")
    assert (status["days"], status["parts"]) == ("2026-11-15 to 2026-11-15", "1")
    assert (status["waiting"], status["held"]) == ("batches 4 to 5", "0")
    assert status["last compaction"] == "2026-11-16"
    assert status["written under key"].startswith("none")


def test_a_number_is_held_and_released(days) -> None:
    days.compact()
    held = run("hold", str(ZHAO), *NOVEMBER).output
    assert "keeps 2026-11-01 to 2026-11-30" in held
    hold_id = held.split()[1]
    (line,) = run("holds").output.splitlines()
    assert "169****0001" in line
    assert "complaint 4711" in line
    assert "released" in run("release", hold_id).output
    assert run("holds").output == ""
    with pytest.raises(WanhaoError, match="no hold"):
        run("release", hold_id)
    with pytest.raises(WanhaoError, match="not a mobile number"):
        run("hold", "12", *NOVEMBER)


def test_days_that_are_gone_already_cannot_be_held(days) -> None:
    days.live_until(datetime(2027, 4, 30, 20, tzinfo=UTC))
    days.compact()
    assert "all days from 2026-12-01 on are here" in run("hold", str(ZHAO), *NOVEMBER).output


def test_a_month_that_was_dropped_is_not_exported_as_if_nothing_was_used(days, tmp_path) -> None:
    days.compact()
    run("hold", str(ZHAO), *NOVEMBER)
    days.live_until(datetime(2027, 4, 30, 20, tzinfo=UTC))
    days.compact()
    with pytest.raises(WanhaoError, match="only those from 2026-12-01 on are kept"):
        run(*export(tmp_path / "qian.csv", number=QIAN))
    assert not (tmp_path / "qian.csv").exists()
    written = run(*export(tmp_path / "zhao.csv")).output
    assert written.startswith("18 records written")
    assert "Before 2026-12-01 only what was held is kept" in written
    assert "held" not in run(*export(tmp_path / "april.csv", month="202704")).output


def test_whoever_holds_while_days_are_dropped_is_told(days, monkeypatch) -> None:
    days.compact()
    days.live_until(datetime(2027, 4, 30, 20, tzinfo=UTC))
    real = holds.hold

    def too_late(*what, **why):
        days.compact()
        return real(*what, **why)

    monkeypatch.setattr("wanhao.project.command.archive.hold", too_late)
    assert "all days from 2026-12-01 on are here" in run("hold", str(ZHAO), *NOVEMBER).output


def test_the_archive_is_checked(days) -> None:
    assert "All is there." in run("check").output
    days.compact()
    assert "All is there." in run("check", "--whole").output
    next(days.archive.glob("batch-000000000004-*")).write_bytes(
        next(days.archive.glob("days/*/*/*-00000.parquet")).read_bytes()
    )
    found = run("check", code=1)
    assert "batch 4: 44 of 1 records" in found.output
    assert "2 do not agree." in found.output


def test_a_month_of_a_line_is_written_to_a_file_and_the_reading_recorded(days, tmp_path) -> None:
    file = tmp_path / "zhao.csv"
    assert "records written" in run(*export(file)).output
    rows = [*csv.DictReader(file.open(encoding="utf-8-sig"))]
    assert {row["number"] for row in rows} == {str(ZHAO)}
    assert rows[0]["start"] == "2026-11-15T10:58:30+08:00"
    assert (rows[0]["charge_fen"], rows[0]["files"]) == ("12", "003.csv")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    (read,) = reads_of(f"line {ZHAO}")
    assert read.purpose.startswith("export 202611 by ")
    assert read.purpose.endswith("complaint 4711")


def test_who_had_it_written_is_not_taken_from_what_they_say(days, tmp_path, monkeypatch) -> None:
    for variable in ("LOGNAME", "USER"):
        monkeypatch.setenv(variable, "somebody-else")
    monkeypatch.setenv("SUDO_USER", "wang")
    run(*export(tmp_path / "zhao.csv"))
    name = pwd.getpwuid(os.getuid()).pw_name
    (read,) = reads_of(f"line {ZHAO}")
    assert read.purpose == f"export 202611 by {name} for wang, complaint 4711"


@pytest.mark.parametrize(
    ("why", "told"), [("  ", "Nobody would know why"), ("complaint " * 7, "has 69 characters")]
)
def test_an_export_without_a_reason_that_can_be_kept_is_refused(days, tmp_path, why, told) -> None:
    with pytest.raises(WanhaoError, match=told):
        run(*export(tmp_path / "zhao.csv")[:-1], why)
    assert not (tmp_path / "zhao.csv").exists()
    assert not reads_of(f"line {ZHAO}")


def test_it_may_be_a_parquet_file_and_the_month_may_be_empty(days, tmp_path) -> None:
    days.compact()
    run(*export(tmp_path / "zhao.parquet"))
    table = pq.read_table(tmp_path / "zhao.parquet")
    assert table.num_rows == 14 + 2 + 2
    assert set(table["number"].to_pylist()) == {ZHAO}
    run(*export(tmp_path / "none.parquet", month="202601"))
    assert pq.read_table(tmp_path / "none.parquet").num_rows == 0


def test_no_file_is_overwritten_and_none_of_another_kind_written(days, tmp_path) -> None:
    (tmp_path / "zhao.csv").write_text("mine")
    with pytest.raises(WanhaoError, match="there already"):
        run(*export(tmp_path / "zhao.csv"))
    with pytest.raises(WanhaoError, match="no kind of file"):
        run(*export(tmp_path / "zhao.xls"))
    assert (tmp_path / "zhao.csv").read_text() == "mine"


def export(file, month: str = "202611", number: int = ZHAO) -> tuple[str, ...]:
    return ("export", str(number), month, "--to", str(file), "--why", "complaint 4711")


def test_doctor_warns_of_an_archive_that_everybody_can_read(monkeypatch) -> None:
    def finding(**environment: object):
        env = Environment(**environment)
        monkeypatch.setattr("wanhao.project.doctor_database.environment", lambda: env)
        return {one.subject: one for one in examine_database(clock.now())}["archive"]

    assert finding().ok
    assert finding().warns
    assert not finding(demo=True).warns
    encrypted = finding(archive_key=f"2026:{'0f' * 32}")
    assert (encrypted.told, encrypted.warns) == ("encrypted with key 2026", False)
    assert not finding(archive_key="secret").ok


def test_keys_come_from_a_file(tmp_path) -> None:
    path = tmp_path / "keys"
    path.write_text(f"2027:{'a1' * 32}\n2026:{'0f' * 32}\n")
    assert keys.keyring_of(Environment(archive_key_file=path).archive_keys).current == "2027"
    with pytest.raises(WanhaoError, match="WANHAO_ARCHIVE_KEY_FILE cannot be read"):
        assert Environment(archive_key_file=tmp_path / "gone").archive_keys
    assert "0f0f" not in repr(Environment(archive_key=f"2026:{'0f' * 32}"))
