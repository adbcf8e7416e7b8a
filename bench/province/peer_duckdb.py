"""The same work in DuckDB, a columnar database in this process, as its manual would have it.

Each file is one transaction: read with given types, distinct and anti-joined against what was seen
(an index with unique keys is slower there), summed, added to the totals with one UPDATE, crossings
from before and after. It keeps everything in one file, like ours on disk after each commit.
"""

from collections.abc import Sequence
from pathlib import Path

import duckdb

THREADS = 2
MEMORY = "4GB"
SETTING_UP = """
CREATE TABLE total AS
    SELECT number, 0::TINYINT AS service, voice_allowance AS allowance, voice_used AS total
        FROM facts
    UNION ALL SELECT number, 1::TINYINT, message_allowance, message_used FROM facts
    UNION ALL SELECT number, 2::TINYINT, data_allowance, data_used FROM facts;
CREATE TABLE seen (source VARCHAR, record_id BIGINT, hour INTEGER);
CREATE TABLE reminder (number BIGINT, service TINYINT, threshold INTEGER, cycle INTEGER,
    PRIMARY KEY (number, service, threshold, cycle));
"""
COLUMNS = (
    "{'record_id': 'BIGINT', 'source': 'VARCHAR', 'number': 'BIGINT', 'service': 'VARCHAR',"
    " 'zone': 'VARCHAR', 'start': 'BIGINT', 'quantity': 'BIGINT', 'sign': 'TINYINT'}"
)
STAGING = f"""
CREATE OR REPLACE TEMP TABLE staging AS
SELECT DISTINCT ON (source, record_id, start // 3600) *, (start // 3600)::INTEGER AS hour,
    CASE service WHEN 'voice' THEN 0 WHEN 'message' THEN 1 WHEN 'data' THEN 2 END::TINYINT AS code
FROM read_csv($file, header = true, auto_detect = false, columns = {COLUMNS})
"""
FRESH = """
CREATE OR REPLACE TEMP TABLE fresh AS
SELECT * FROM staging ANTI JOIN seen USING (source, record_id, hour)
"""
COUNTED = """
CREATE OR REPLACE TEMP TABLE counted AS
SELECT number, code AS service, sum(
    sign * CASE code WHEN 0 THEN (quantity + 59) // 60 ELSE quantity END)::BIGINT AS units
FROM fresh WHERE zone = 'domestic' AND quantity > 0 GROUP BY ALL
"""
CROSSED = """
INSERT OR IGNORE INTO reminder
SELECT t.number, t.service, p.threshold, 202611
FROM total t JOIN counted c USING (number, service)
CROSS JOIN (VALUES (80), (100)) p(threshold)
WHERE (t.total - c.units) * 100 < p.threshold * t.allowance
    AND t.total * 100 >= p.threshold * t.allowance
"""
STEPS = (
    FRESH,
    "INSERT INTO seen SELECT source, record_id, hour FROM fresh",
    COUNTED,
    """UPDATE total SET total = total + c.units
        FROM counted c WHERE c.number = total.number AND c.service = total.service""",
    CROSSED,
)


def opened(path: Path, facts: Path) -> duckdb.DuckDBPyConnection:
    """A database with the lines of a facts file."""
    connection = duckdb.connect(str(path), config={"threads": THREADS, "memory_limit": MEMORY})
    connection.execute("SET enable_progress_bar = false")
    connection.execute(f"CREATE VIEW facts AS FROM read_parquet('{facts}')")
    connection.execute(SETTING_UP)
    connection.execute("CHECKPOINT")
    return connection


def count(connection: duckdb.DuckDBPyConnection, files: Sequence[Path]) -> int:
    """Count the files; returns the number of reminders."""
    for path in files:
        connection.execute("BEGIN")
        connection.execute(STAGING, {"file": str(path)})
        for step in STEPS:
            connection.execute(step)
        connection.execute("COMMIT")
    found = connection.execute("SELECT count(*) FROM reminder").fetchone()
    return found[0] if found else 0
