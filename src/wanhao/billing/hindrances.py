"""What keeps customers from ordering: kept numbers, stopped service, bills that are overdue; asked
for many at once, and in one look where there is nothing."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db import connection

from wanhao.billing.stop_contracts import LineStopKind
from wanhao.billing.stops import debts_due

STANDING = """
SELECT 'kept', line_id FROM wanhao_billing_linestop
WHERE lifted_at IS NULL AND kind = %s AND line_id = ANY(%s::bigint[])
UNION ALL
SELECT 'stopped', account_id FROM wanhao_billing_servicestop
WHERE lifted_at IS NULL AND account_id = ANY(%s::bigint[])
UNION ALL
SELECT 'below nothing', account_id FROM wanhao_billing_accountbalance
WHERE balance_fen < 0 AND account_id = ANY(%s::bigint[])
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hindrances:
    """Lines whose numbers are kept for later, accounts that are stopped, accounts that owe what had
    to be paid before the day."""

    kept_lines: frozenset[int]
    stopped: frozenset[int]
    overdue: frozenset[int]


def hindrances(line_ids: Collection[int], account_ids: Collection[int], day: date) -> Hindrances:
    """What hinders these lines and accounts on a day."""
    found: dict[str, set[int]] = {"kept": set(), "stopped": set(), "below nothing": set()}
    kept, lines, accounts = LineStopKind.KEEP_NUMBER.value, list(line_ids), list(account_ids)
    with connection.cursor() as cursor:
        cursor.execute(STANDING, [kept, lines, accounts, accounts])
        for what, whose in cursor.fetchall():
            found[what].add(whose)
    owing = found["below nothing"]
    return Hindrances(
        kept_lines=frozenset(found["kept"]),
        stopped=frozenset(found["stopped"]),
        overdue=frozenset(debts_due(owing, day)) if owing else frozenset(),
    )
