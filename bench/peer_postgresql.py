"""The same work as set-based SQL in PostgreSQL, as a good engineer would write it there.

COPY into an unlogged table; exact duplicates by an insert into a keyed table; classification and
rounding in SQL; one grouped upsert of totals; crossings by comparing before and after; reminders
into a table with a unique key. One transaction, the same server, the same files.
"""

from pathlib import Path

import psycopg
import pyarrow as pa
import pyarrow.csv

from bench.world import World

SETTING_UP = """
CREATE SCHEMA peer;
CREATE TABLE peer.line (number bigint, service smallint, allowance bigint);
CREATE TABLE peer.total (number bigint, service smallint, total bigint NOT NULL);
CREATE UNLOGGED TABLE peer.staging (record_id bigint, source text, number bigint, service text,
    zone text, start bigint, quantity bigint, sign smallint);
CREATE TABLE peer.seen (source text, record_id bigint, hour int,
    PRIMARY KEY (source, record_id, hour));
CREATE TABLE peer.reminder (number bigint, service smallint, threshold int, cycle int,
    PRIMARY KEY (number, service, threshold, cycle));
"""
KEYS = """
ALTER TABLE peer.line ADD PRIMARY KEY (number, service);
ALTER TABLE peer.total ADD PRIMARY KEY (number, service);
ANALYZE peer.line;
ANALYZE peer.total;
"""
COUNTING = """
WITH fresh AS (
    INSERT INTO peer.seen SELECT source, record_id, start / 3600 FROM peer.staging
    ON CONFLICT DO NOTHING RETURNING source, record_id, hour
), single AS (
    SELECT DISTINCT ON (source, record_id, start / 3600) *,
        CASE service WHEN 'voice' THEN 0 WHEN 'message' THEN 1 WHEN 'data' THEN 2 END AS code
    FROM peer.staging WHERE zone = 'domestic' AND quantity > 0
), counted AS (
    SELECT s.number, l.service, sum(
        s.sign * CASE l.service WHEN 0 THEN (s.quantity + 59) / 60 ELSE s.quantity END) AS units
    FROM single s
    JOIN fresh f
        ON f.source = s.source AND f.record_id = s.record_id AND f.hour = s.start / 3600
    JOIN peer.line l ON l.number = s.number AND l.service = s.code
    GROUP BY s.number, l.service
), upserted AS (
    INSERT INTO peer.total AS t SELECT number, service, units FROM counted
    ON CONFLICT (number, service) DO UPDATE SET total = t.total + excluded.total
    RETURNING t.number, t.service, t.total
)
INSERT INTO peer.reminder
SELECT u.number, u.service, p.threshold, 202611
FROM upserted u JOIN counted c USING (number, service) JOIN peer.line l USING (number, service)
CROSS JOIN (VALUES (80), (100)) p(threshold)
WHERE (u.total - c.units) * 100 < p.threshold * l.allowance
    AND u.total * 100 >= p.threshold * l.allowance
ON CONFLICT DO NOTHING
"""


def set_up(connection: psycopg.Connection, world: World) -> None:
    """Tables, lines and totals as they stand before the records."""
    connection.execute(SETTING_UP)
    for service in range(3):
        line = [world.numbers, [service] * world.count]
        _copy(connection, "peer.line", [*line, world.allowance[:, service]])
        _copy(connection, "peer.total", [*line, world.used[:, service]])
    connection.execute(KEYS)
    connection.commit()


def count(connection: psycopg.Connection, files: list[Path]) -> int:
    """Count the files; returns the number of reminders."""
    with connection.cursor() as cursor:
        for path in files:
            with (
                path.open("rb") as handle,
                cursor.copy("COPY peer.staging FROM STDIN WITH (FORMAT csv, HEADER)") as copy,
            ):
                while chunk := handle.read(1 << 20):
                    copy.write(chunk)
        cursor.execute("ANALYZE peer.staging")
        cursor.execute(COUNTING)
        reminders = cursor.rowcount
    connection.commit()
    return reminders


def _copy(connection: psycopg.Connection, target: str, columns: list) -> None:
    table = pa.table({str(place): pa.array(column) for place, column in enumerate(columns)})
    sink = pa.BufferOutputStream()
    options = pa.csv.WriteOptions(include_header=False)
    pa.csv.write_csv(table, sink, options)
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {target} FROM STDIN WITH (FORMAT csv)") as copy,
    ):
        copy.write(sink.getvalue().to_pybytes())
