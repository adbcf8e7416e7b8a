"""Staging: the rows of one file in temporary tables, and what can be told by comparing them.

The tables belong to the session: they are never logged, and whatever ends it empties them.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

import pyarrow as pa
import pyarrow.csv as pcsv
from django.db import DatabaseError, connection

from wanhao.parties.importing.checking import ALONE, Checked, RowFault
from wanhao.parties.importing.contracts import Fault, FaultCount

TABLES = ("import_row", "import_fault", "import_account", "import_out", "import_chunk")
CREATE = """
CREATE TEMPORARY TABLE import_row (
    row bigint, account text, customer text, kind text, city text, pay_type text, group_key text,
    number bigint, role text, language text, since bigint, plan text, packs text, balance_fen bigint
);
CREATE TEMPORARY TABLE import_fault (row bigint, fault text, field text, value text);
CREATE TEMPORARY TABLE import_out (account text);
CREATE TEMPORARY TABLE import_chunk (
    row bigint, account text, customer text, kind text, city text, pay_type text, group_place int,
    main bigint, number bigint, role text, language text, since bigint, plan text, packs text,
    balance_fen bigint
);
"""
FILE_COLUMNS = (
    *("row", "account", "customer", "kind", "city", "pay_type", "group"),
    *("number", "role", "language", "since", "plan", "packs", "balance_yuan"),
)
# Sorting and grouping a million rows takes some memory; it is given back with the session.
MEMORY = "SET work_mem = '128MB'"
GIVE_BACK = "RESET work_mem"
DROP = f"DROP TABLE IF EXISTS {', '.join(f'pg_temp.{name}' for name in TABLES)}"

NUMBER_TWICE = """
INSERT INTO import_fault
SELECT row, %s, 'number', overlay(number::text PLACING '****' FROM 4 FOR 4)
FROM import_row JOIN (
    SELECT number FROM import_row WHERE number IS NOT NULL GROUP BY number HAVING count(*) > 1
) AS twice USING (number)
"""
ACCOUNTS = """
CREATE TEMPORARY TABLE import_account AS
SELECT *, div(sum(lines) OVER (ORDER BY first_row) - lines, %s)::int AS chunk
FROM (
    SELECT account, min(row) AS first_row, count(*) AS lines,
        max(balance_fen) AS balance_fen,
        min(customer) <> max(customer) AS customers, min(kind) <> max(kind) AS kinds,
        min(city) <> max(city) AS cities, min(pay_type) <> max(pay_type) AS pay_types,
        min(nullif(balance_fen, 0)) <> max(balance_fen) AS balances
    FROM import_row WHERE account IS NOT NULL GROUP BY account
) AS told
"""
ACCOUNT_DIFFERS = """
INSERT INTO import_fault
SELECT import_row.row, %s, differing.field, ''
FROM import_account JOIN import_row USING (account) CROSS JOIN LATERAL (
    VALUES ('customer', customers), ('kind', kinds), ('city', cities), ('pay_type', pay_types),
        ('balance_yuan', balances)
) AS differing(field, differs)
WHERE (customers OR kinds OR cities OR pay_types OR balances) AND differing.differs
"""
GROUPS = """
INSERT INTO import_fault
SELECT import_row.row, wrong.fault, wrong.field, ''
FROM (
    SELECT account, group_key,
        count(*) FILTER (WHERE role = 'main') <> 1 AND count(role) = count(*) AS mains,
        min(plan) <> max(plan) AS plans, min(packs) <> max(packs) AS packs_differ
    FROM import_row WHERE account IS NOT NULL AND left(group_key, 1) <> %s
    GROUP BY account, group_key
    UNION ALL
    SELECT account, group_key, true, false, false
    FROM import_row WHERE left(group_key, 1) = %s AND role <> 'main'
) AS told JOIN import_row USING (account, group_key) CROSS JOIN LATERAL (
    VALUES (%s, 'role', mains), (%s, 'plan', plans), (%s, 'packs', packs_differ)
) AS wrong(fault, field, applies)
WHERE (mains OR plans OR packs_differ) AND wrong.applies
"""
OUT = """
INSERT INTO import_out
SELECT DISTINCT account FROM import_row JOIN import_fault USING (row) WHERE account IS NOT NULL
"""
INCOMPLETE = """
INSERT INTO import_fault
SELECT row, %s, 'account', '' FROM import_row JOIN import_out USING (account)
WHERE NOT EXISTS (SELECT FROM import_fault WHERE import_fault.row = import_row.row)
"""
COUNT = """
SELECT fault, field, count(DISTINCT row),
    (array_agg(DISTINCT row))[1:3]
FROM import_fault GROUP BY fault, field
"""
SIZE = "SELECT count(*), coalesce(max(chunk) + 1, 0) FROM import_account"
LEFT_OUT = "SELECT count(DISTINCT row) FROM import_fault"
TELL = "SELECT row, field, value, fault FROM import_fault ORDER BY row, field, fault"


@contextmanager
def stage() -> Iterator[None]:
    """Have the tables, empty, for the length of a block; they go with all that is in them."""
    with connection.cursor() as cursor:
        cursor.execute(DROP)
        cursor.execute(MEMORY)
        cursor.execute(CREATE)
    try:
        yield
    finally:
        with suppress(DatabaseError), connection.cursor() as cursor:
            cursor.execute(DROP)
            cursor.execute(GIVE_BACK)


def add(checked: Checked) -> None:
    """Stage rows and their faults."""
    _copy("import_row", checked.rows.select(FILE_COLUMNS))
    add_faults(checked.faults)


def add_faults(faults: Sequence[RowFault]) -> None:
    """Stage faults of rows."""
    if faults:
        columns = zip(*faults, strict=True)
        names = RowFault._fields
        _copy("import_fault", pa.table(dict(zip(names, map(list, columns), strict=True))))


def compare_rows(chunk_lines: int) -> None:
    """Find what rows of the file say against each other, and cut the accounts into chunks."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE INDEX ON import_row (account)")
        cursor.execute("CREATE INDEX ON import_fault (row)")
        cursor.execute("ANALYZE import_row")
        cursor.execute(NUMBER_TWICE, [Fault.NUMBER_TWICE])
        cursor.execute(ACCOUNTS, [chunk_lines])
        cursor.execute(ACCOUNT_DIFFERS, [Fault.ACCOUNT_DIFFERS])
        kinds = [Fault.GROUP_MAIN, Fault.GROUP_DIFFERS, Fault.GROUP_DIFFERS]
        cursor.execute(GROUPS, [ALONE, ALONE, *kinds])
        cursor.execute("ANALYZE import_fault")
        cursor.execute(OUT)
        cursor.execute(INCOMPLETE, [Fault.INCOMPLETE])
        cursor.execute("CREATE INDEX ON import_account (chunk)")
        cursor.execute("CREATE INDEX ON import_out (account)")
        cursor.execute("ANALYZE import_account; ANALYZE import_out; ANALYZE import_fault")


def size() -> tuple[int, int]:
    """How many accounts the file has, and how many chunks they make."""
    accounts, chunks = _one(SIZE)
    return accounts, chunks


def left_out() -> int:
    """How many rows stay out."""
    (rows,) = _one(LEFT_OUT)
    return rows


def fault_counts() -> tuple[FaultCount, ...]:
    """How many rows have which fault in which column."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT)
        found = [
            FaultCount(Fault(fault), field, rows, tuple(samples))
            for fault, field, rows, samples in cursor.fetchall()
        ]
    order = list(Fault)
    return tuple(sorted(found, key=lambda one: (order.index(one.fault), one.field)))


def faults() -> Iterator[RowFault]:
    """Every fault in the order of the rows, a few thousand held at a time."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(TELL)
        while rows := cursor.fetchmany(5_000):
            for row, field, value, fault in rows:
                yield RowFault(row, Fault(fault), field, value)


def _one(query: str) -> tuple[int, ...]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return tuple(cursor.fetchone())


def _copy(table: str, rows: pa.Table) -> None:
    sink = pa.BufferOutputStream()
    pcsv.write_csv(rows, sink, pcsv.WriteOptions(include_header=False))
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY pg_temp.{table} FROM STDIN WITH (FORMAT csv)") as copy,
    ):
        copy.write(sink.getvalue().to_pybytes())
