from dataclasses import replace
from datetime import UTC, datetime, timedelta

from wanhao.project.waiting import outcome_line
from wanhao.usage.file_contracts import FileOutcome

SINCE = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
COUNTED = FileOutcome(
    name="calls.csv", rows_done=4_000, trouble="", finished_at=SINCE + timedelta(seconds=1)
)


def test_a_counted_file_is_told_with_its_rows() -> None:
    assert outcome_line(COUNTED, 0, SINCE) == "calls.csv: 4,000 rows taken in"
    assert outcome_line(COUNTED, 2, SINCE).endswith(", 2 of them put aside in quarantine")


def test_a_file_that_was_counted_before_is_told() -> None:
    again = replace(COUNTED, finished_at=SINCE - timedelta(days=1))
    assert "counted before" in outcome_line(again, 0, SINCE)


def test_a_refused_file_is_told_with_its_trouble() -> None:
    refused = replace(COUNTED, trouble="calls.csv is truncated.")
    assert outcome_line(refused, 0, SINCE) == "refused: calls.csv is truncated."
