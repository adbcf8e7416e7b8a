"""The same work as set-based SQL in PostgreSQL, as a good engineer would write it there.

COPY into an unlogged table; exact duplicates by an insert into a keyed table; classification and
rounding in SQL; one grouped upsert of totals; crossings by comparing before and after; reminders
into a table with a unique key. One transaction, the same server, the same files.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import psycopg
import pyarrow as pa
import pyarrow.csv


class Part(Protocol):
    """Some of the lines, with what they may use and have used by service."""

    @property
    def number(self) -> np.ndarray: ...
    @property
    def allowance(self) -> np.ndarray: ...
    @property
    def used(self) -> np.ndarray: ...


SETTING_UP = """
DROP SCHEMA IF EXISTS peer CASCADE;
CREATE SCHEMA peer;
CREATE TABLE peer.total (number bigint NOT NULL, service smallint NOT NULL,
    allowance bigint NOT NULL, total bigint NOT NULL) WITH (fillfactor = 80);
CREATE UNLOGGED TABLE peer.staging (record_id bigint, source text, number bigint, service text,
    zone text, start bigint, quantity bigint, sign smallint);
CREATE TABLE peer.seen (source text, record_id bigint, hour int,
    PRIMARY KEY (source, record_id, hour));
CREATE TABLE peer.reminder (number bigint, service smallint, threshold int, cycle int,
    PRIMARY KEY (number, service, threshold, cycle));
"""
KEYS = """
SET maintenance_work_mem = '1GB';
ALTER TABLE peer.total ADD PRIMARY KEY (number, service);
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
    SELECT s.number, s.code AS service, sum(
        s.sign * CASE s.code WHEN 0 THEN (s.quantity + 59) / 60 ELSE s.quantity END) AS units
    FROM single s
    JOIN fresh f
        ON f.source = s.source AND f.record_id = s.record_id AND f.hour = s.start / 3600
    WHERE EXISTS (SELECT FROM peer.total k WHERE k.number = s.number AND k.service = s.code)
    GROUP BY s.number, s.code
), upserted AS (
    INSERT INTO peer.total AS t SELECT number, service, 0, units FROM counted
    ON CONFLICT (number, service) DO UPDATE SET total = t.total + excluded.total
    RETURNING t.number, t.service, t.allowance, t.total
)
INSERT INTO peer.reminder
SELECT u.number, u.service, p.threshold, 202611
FROM upserted u JOIN counted c USING (number, service)
CROSS JOIN (VALUES (80), (100)) p(threshold)
WHERE (u.total - c.units) * 100 < p.threshold * u.allowance
    AND u.total * 100 >= p.threshold * u.allowance
ON CONFLICT DO NOTHING
"""


def set_up(connection: psycopg.Connection, parts: Iterable[Part]) -> None:
    """Tables, lines and totals as they stand before the records; a part of the lines has numbers,
    and allowances and totals by service."""
    connection.execute(SETTING_UP)
    for part in parts:
        for service in range(3):
            kind = np.full(len(part.number), service)
            cells = [kind, part.allowance[:, service], part.used[:, service]]
            _copy(connection, "peer.total", [part.number, *cells])
    connection.execute(KEYS)
    connection.commit()


def count(connection: psycopg.Connection, files: list[Path]) -> int:
    """Count the files; returns the number of reminders."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE peer.staging")
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


def _copy(connection: psycopg.Connection, target: str, columns: list[Any]) -> None:
    table = pa.table({str(place): pa.array(column) for place, column in enumerate(columns)})
    sink = pa.BufferOutputStream()
    options = pa.csv.WriteOptions(include_header=False)
    pa.csv.write_csv(table, sink, options)
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {target} FROM STDIN WITH (FORMAT csv)") as copy,
    ):
        copy.write(sink.getvalue().to_pybytes())
