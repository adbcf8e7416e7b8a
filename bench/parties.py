"""The lines of the benchmark as rows of the parties room, so that reminders find their people."""

from django.db import connection

from bench.world import FIRST

ROWS = """
INSERT INTO wanhao_parties_customer (id, name, kind, city)
    SELECT n, 'customer ' || n, 'person', '3601' FROM generate_series(1, {count}) n;
INSERT INTO wanhao_parties_billingaccount (id, reference, customer_id, pay_type)
    SELECT n, 'bench-' || n, n, 'prepaid' FROM generate_series(1, {count}) n;
INSERT INTO wanhao_parties_linegroup (id, account_id)
    SELECT n, n FROM generate_series(1, {count}) n;
INSERT INTO wanhao_parties_line (id, number, group_id, account_id, role, language, city, since)
    SELECT n, {first} + n, n, n, 'main', 'zh', '3601', '2026-01-01'
    FROM generate_series(1, {count}) n;
"""


def write_parties(count: int) -> None:
    """Write `count` customers with an account, a group and a line each; keys are checked later."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(ROWS.format(count=count, first=FIRST))
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("ANALYZE")
