"""Accounts, customers, groups and lines, written by one statement however many there are."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db import connection

from wanhao.parties.models import Customer, LineGroup

ASKED = """
SELECT * FROM unnest(
    %s::int[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
    %s::int[], %s::bigint[], %s::text[], %s::text[], %s::bigint[]
) AS asked(place, reference, customer_name, customer_kind, city, pay_type,
           group_place, number, role, language, since)
"""
# An account somebody else opened meanwhile is waited for and left alone, with all that belongs to
# it. Foreign keys are checked at commit, so the parts may come in any order.
ADD = """
WITH asked AS MATERIALIZED ({asked}), accounts AS MATERIALIZED (
    SELECT DISTINCT ON (reference) * FROM asked ORDER BY reference, place
), claimed AS (
    INSERT INTO wanhao_parties_billingaccount (customer_id, reference, pay_type)
    SELECT nextval(pg_get_serial_sequence(%s, 'id')), reference, pay_type
    FROM accounts ORDER BY reference
    ON CONFLICT (reference) DO NOTHING
    RETURNING id, customer_id, reference
), customers AS (
    INSERT INTO wanhao_parties_customer (id, name, kind, city)
    SELECT claimed.customer_id, customer_name, customer_kind, city
    FROM claimed JOIN accounts USING (reference)
), shared AS MATERIALIZED (
    SELECT nextval(pg_get_serial_sequence(%s, 'id')) AS id, account_id, reference, group_place
    FROM (
        SELECT claimed.id AS account_id, reference, group_place
        FROM asked JOIN claimed USING (reference) WHERE number IS NOT NULL
        GROUP BY claimed.id, reference, group_place ORDER BY min(place)
    ) AS ordered
), groups AS (
    INSERT INTO wanhao_parties_linegroup (id, account_id) SELECT id, account_id FROM shared
), added AS (
    INSERT INTO wanhao_parties_line
        (number, group_id, account_id, role, language, city, since)
    SELECT number, shared.id, account_id, role, language, city, to_timestamp(since)
    FROM asked JOIN shared USING (reference, group_place) ORDER BY place
    RETURNING id, number, group_id, account_id
)
SELECT place, claimed.id, added.group_id, added.id
FROM asked JOIN claimed USING (reference) LEFT JOIN added USING (number) ORDER BY place
"""


class Row(NamedTuple):
    """One line to be added, with what it says of its account; `since` is epoch seconds UTC.

    Rows of one account have its reference, rows of one group the same `group_place` besides. An
    account without lines has one row without a number.
    """

    place: int
    reference: str
    customer_name: str
    customer_kind: str
    city: str
    pay_type: str
    group_place: int | None = None
    number: int | None = None
    role: str | None = None
    language: str | None = None
    since: int | None = None


class Added(NamedTuple):
    """The ids a row was given; no group and no line where it had no number."""

    place: int
    account_id: int
    group_id: int | None
    line_id: int | None


def add_rows(rows: Sequence[Row]) -> list[Added]:
    """Add accounts that nobody has opened; in the order of their places. Numbers are there once."""
    columns = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in Row._fields]
    return add_asked(ASKED, columns)


def add_asked(asked: str, parameters: Sequence[Any] = ()) -> list[Added]:
    """As `add_rows`, from a query that gives the columns of `Row`."""
    tables = [Customer._meta.db_table, LineGroup._meta.db_table]
    with connection.cursor() as cursor:
        cursor.execute(ADD.format(asked=asked), [*parameters, *tables])
        return [Added(*row) for row in cursor.fetchall()]
