"""The lines of the benchmark as rows of the parties room, so that reminders find their people."""

from django.db import connection, transaction

from bench.world import FIRST

ROWS = """
TRUNCATE wanhao_parties_customer, wanhao_parties_billingaccount, wanhao_parties_linegroup,
    wanhao_parties_line CASCADE;
INSERT INTO wanhao_parties_customer (id, name, kind, city)
    VALUES (1, 'everybody', 'company', '3601');
INSERT INTO wanhao_parties_billingaccount (id, reference, customer_id, pay_type)
    SELECT n, n, 1, 'prepaid' FROM generate_series(1, {count}) n;
INSERT INTO wanhao_parties_linegroup (id, account_id)
    SELECT n, n FROM generate_series(1, {count}) n;
INSERT INTO wanhao_parties_line (id, number, group_id, account_id, role, language, city, since)
    SELECT n, {first} + n, n, n, 'main', 'zh', '3601', '2026-01-01'
    FROM generate_series(1, {count}) n;
"""


def write_parties(count: int) -> None:
    """Write `count` accounts with a group and a line each, in one transaction that has emptied the
    tables, which spares the log; foreign keys hold by construction and are not checked."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(ROWS.format(count=count, first=FIRST))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
