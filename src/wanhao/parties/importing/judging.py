"""Comparing a chunk of staged rows with what stands in the database."""

from django.db import connection

from wanhao.parties.importing.checking import RowFault
from wanhao.parties.importing.contracts import Fault, StandingLine, ToldLine
from wanhao.parties.importing.masking import masked
from wanhao.parties.importing.staging import add_faults

# A chunk touches few of many rows, but the tables grow while they are written. Whatever old figures
# the planner has of them, it shall look rows up and not read tables whole: hence also OFFSET 0,
# behind which a row is looked up for each row before it.
PLAN_BY_INDEX = """
SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL random_page_cost = 1.1
"""
TAKE = """
INSERT INTO import_chunk
SELECT row, account, customer, kind, city, pay_type,
    min(row) OVER same_group, max(number) FILTER (WHERE role = 'main') OVER same_group,
    number, role, language, since, plan, packs, import_account.balance_fen
FROM import_account JOIN import_row USING (account)
WHERE chunk = %s AND NOT EXISTS (
    SELECT FROM import_out WHERE import_out.account = import_account.account
)
WINDOW same_group AS (PARTITION BY account, group_key)
"""
# In use, or taken from its customer and not free again yet.
IN_USE = """
SELECT told.row, told.number
FROM import_chunk AS told
CROSS JOIN LATERAL (
    SELECT account_id FROM wanhao_parties_line
    WHERE number = told.number AND until IS NULL OFFSET 0
) AS line
JOIN wanhao_parties_billingaccount AS holder ON holder.id = line.account_id
WHERE holder.reference <> told.account
UNION ALL
SELECT told.row, told.number
FROM import_chunk AS told
CROSS JOIN LATERAL (
    SELECT FROM wanhao_parties_frozennumber AS frozen
    WHERE frozen.number = told.number AND frozen.until > to_timestamp(told.since) OFFSET 0
) AS frozen
"""
CONFLICTS = """
SELECT told.row, differing.field, differing.value
FROM import_chunk AS told
JOIN wanhao_parties_billingaccount AS account ON account.reference = told.account
JOIN wanhao_parties_customer AS customer ON customer.id = account.customer_id
LEFT JOIN LATERAL (
    SELECT * FROM wanhao_parties_line WHERE number = told.number AND until IS NULL OFFSET 0
) AS line ON line.account_id = account.id
LEFT JOIN LATERAL (
    SELECT number FROM wanhao_parties_line
    WHERE group_id = line.group_id AND until IS NULL AND role = 'main' OFFSET 0
) AS main ON true
CROSS JOIN LATERAL (VALUES
    ('customer', told.customer, customer.name <> told.customer),
    ('kind', told.kind, customer.kind <> told.kind),
    ('city', told.city, customer.city <> told.city),
    ('pay_type', told.pay_type, account.pay_type <> told.pay_type),
    ('number', told.number::text, line.id IS NULL),
    ('role', told.role, line.role <> told.role),
    ('language', told.language, line.language <> told.language),
    ('since', '', line.since <> to_timestamp(told.since)),
    ('group', '', line.id IS NOT NULL AND main.number IS DISTINCT FROM told.main)
) AS differing(field, value, differs)
WHERE differing.differs
UNION ALL
SELECT known.row, 'number', ''
FROM (
    SELECT account.id, min(told.row) AS row, count(*) AS lines
    FROM import_chunk AS told
    JOIN wanhao_parties_billingaccount AS account ON account.reference = told.account
    GROUP BY account.id
) AS known
WHERE known.lines < (
    SELECT count(*) FROM wanhao_parties_line AS line
    WHERE line.account_id = known.id AND line.until IS NULL
)
"""
PUT_OUT = """
WITH wrong AS (
    SELECT DISTINCT account FROM import_chunk JOIN import_fault USING (row)
), put AS (
    INSERT INTO import_out SELECT account FROM wrong
), told AS (
    INSERT INTO import_fault
    SELECT row, %s, 'account', '' FROM import_chunk JOIN wrong USING (account)
    WHERE NOT EXISTS (SELECT FROM import_fault WHERE import_fault.row = import_chunk.row)
)
DELETE FROM import_chunk USING wrong WHERE import_chunk.account = wrong.account
"""
STANDING = """
SELECT told.row, told.account, line.group_id, told.plan, told.packs, told.balance_fen
FROM import_chunk AS told
CROSS JOIN LATERAL (
    SELECT group_id FROM wanhao_parties_line
    WHERE number = told.number AND until IS NULL OFFSET 0
) AS line
WHERE told.number = told.main
ORDER BY told.row
"""
SET_ASIDE = """
DELETE FROM import_chunk USING import_chunk AS main
WHERE main.row = ANY(%s::bigint[]) AND import_chunk.account = main.account
"""
NEW = """
SELECT row AS place, account AS reference, customer AS customer_name, kind AS customer_kind, city,
    pay_type, group_place, number, role, language, since
FROM import_chunk
"""
NEW_LINES = """
SELECT account, pay_type, number, since, number = main, plan, packs, balance_fen
FROM import_chunk ORDER BY row
"""


def take(chunk: int) -> None:
    """Put a chunk's rows on the table, those that are known to be wrong left out."""
    with connection.cursor() as cursor:
        cursor.execute(PLAN_BY_INDEX)
        cursor.execute("TRUNCATE import_chunk")
        cursor.execute(TAKE, [chunk])
        cursor.execute("ANALYZE import_chunk")


def compare_with_parties() -> None:
    """Put out the accounts whose rows say something else than what stands."""
    with connection.cursor() as cursor:
        cursor.execute(IN_USE)
        wrong = [
            RowFault(row, Fault.NUMBER_IN_USE, "number", masked("number", str(number)))
            for row, number in cursor.fetchall()
        ]
        cursor.execute(CONFLICTS)
        wrong += [
            RowFault(row, Fault.CONFLICT, field, masked(field, value))
            for row, field, value in cursor.fetchall()
        ]
    put_out(wrong)


def put_out(wrong: list[RowFault]) -> None:
    """Put the accounts of these rows out of the chunk, whole."""
    if wrong:
        add_faults(wrong)
        with connection.cursor() as cursor:
            cursor.execute(PUT_OUT, [Fault.INCOMPLETE])


def standing() -> list[StandingLine]:
    """The main lines of the chunk that stand already as their rows say."""
    with connection.cursor() as cursor:
        cursor.execute(STANDING)
        return [StandingLine(*row) for row in cursor.fetchall()]


def set_aside(lines: list[StandingLine]) -> None:
    """Take the accounts that stand off the table: what is left was open to nobody just now."""
    with connection.cursor() as cursor:
        cursor.execute(SET_ASIDE, [[line.row for line in lines]])


def new_lines() -> list[ToldLine]:
    """The lines on the table, in the order of their rows."""
    with connection.cursor() as cursor:
        cursor.execute(NEW_LINES)
        return [ToldLine(*row) for row in cursor.fetchall()]
