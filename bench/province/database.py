"""The province as rows of the rooms that reminders ask: who is behind a number, what they hold."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from bench.bills import PLANS
from bench.province.facts import STRIDE, span
from bench.world import FIRST
from wanhao.products.actions import load_catalogue
from wanhao.products.queries import sold_as

SINCE = datetime(2026, 1, 1, tzinfo=UTC)
TABLES = {
    "wanhao_parties_billingaccount": """
        (id, reference, customer_id, pay_type) SELECT n, n, 1, 'prepaid'""",
    "wanhao_parties_linegroup": "(id, account_id) SELECT n, n",
    "wanhao_parties_line": """
        (id, number, group_id, account_id, role, language, city, since)
        SELECT n, %(first)s + n * %(stride)s %% %(span)s, n, n, 'main', 'zh', '3601', %(since)s""",
    "wanhao_products_product": """
        (id, group_id, offering_id, slot, since, charged_from)
        SELECT n, n, (%(plans)s::bigint[])[1 + n %% %(kinds)s], 'plan', %(since)s, 202601""",
}
EMPTIED = """
TRUNCATE wanhao_parties_customer, wanhao_parties_billingaccount, wanhao_parties_linegroup,
    wanhao_parties_line, wanhao_products_product CASCADE;
INSERT INTO wanhao_parties_customer (id, name, kind, city)
    VALUES (1, 'everybody', 'company', '3601');
"""
# Indexes that no constraint needs are made anew behind the rows, which is a sort each.
LOOSE = """
SELECT indexdef, indexname FROM pg_indexes
WHERE tablename = %s AND NOT EXISTS (
    SELECT FROM pg_constraint WHERE conindid = indexname::regclass
)
"""

# Along an index, so that the rows come through the server's own memory and stay there.
TOUCHED = [
    "SET LOCAL enable_seqscan = off",
    "SET LOCAL enable_bitmapscan = off",
    "SET LOCAL max_parallel_workers_per_gather = 0",
    "SELECT max(language) FROM wanhao_parties_line WHERE group_id > 0",
    "SELECT count(number) FROM wanhao_parties_line WHERE number > 0 AND until IS NULL",
    "SELECT max(customer_id + 0) FROM wanhao_parties_billingaccount WHERE id > 0",
    "SELECT max(offering_id + 0) FROM wanhao_products_product WHERE group_id > 0",
]


def touch_database() -> None:
    """Read once what reminders ask about anybody, as a day's work would have."""
    with transaction.atomic(), connection.cursor() as cursor:
        for query in TOUCHED:
            cursor.execute(query)


def write_database(count: int) -> None:
    """An account, a group, a line and a plan for each of `count`, in one transaction that has
    emptied the tables, which spares the log; foreign keys hold by construction, unchecked."""
    load_catalogue()
    values: dict[str, Any] = {
        "first": FIRST,
        "stride": STRIDE,
        "span": span(count),
        "since": SINCE,
        "plans": [sold_as(code)[0] for code in PLANS],
        "kinds": len(PLANS),
        "count": count,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("SET LOCAL maintenance_work_mem = '1GB'")
        cursor.execute(EMPTIED)
        for table, columns in TABLES.items():
            with _without_loose_indexes(cursor, table):
                rows = f"INSERT INTO {table} {columns} FROM generate_series(1::bigint, %(count)s) n"
                cursor.execute(rows, values)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


@contextmanager
def _without_loose_indexes(cursor: CursorWrapper, table: str) -> Iterator[None]:
    cursor.execute(LOOSE, [table])
    loose = cursor.fetchall()
    for _, name in loose:
        cursor.execute(f"DROP INDEX {name}")
    yield
    for made, _ in loose:
        cursor.execute(made)
