"""Credit limits of post-paid accounts: how much each may owe, since when, why, and by whom."""

import tomllib
from collections.abc import Collection, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from django.db import connection, transaction

from wanhao.billing.contracts import CreditLimitView, NewCreditLimit
from wanhao.billing.models import CreditLimit
from wanhao.values.errors import WanhaoError

FILE = Path(__file__).with_name("credit.toml")
LIMITS = """
SELECT account_id, limit_fen FROM wanhao_billing_creditlimit
WHERE until IS NULL AND account_id = ANY(%s::bigint[])
"""
CLOSE = """
UPDATE wanhao_billing_creditlimit AS kept SET until = greatest(kept.since, %s)
FROM unnest(%s::bigint[], %s::bigint[]) AS told(account_id, limit_fen)
WHERE kept.account_id = told.account_id AND kept.until IS NULL
    AND kept.limit_fen <> told.limit_fen
RETURNING kept.account_id
"""
OPEN = """
INSERT INTO wanhao_billing_creditlimit (account_id, limit_fen, since, reason, set_by)
SELECT account_id, limit_fen, %s, reason, set_by
FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[])
    AS told(account_id, limit_fen, reason, set_by)
WHERE limit_fen > 0
ON CONFLICT (account_id) WHERE until IS NULL DO NOTHING
RETURNING account_id
"""


def credit_limits(account_ids: Collection[int]) -> dict[int, int]:
    """What each account may owe, in fen; an account without a limit is left out."""
    with connection.cursor() as cursor:
        cursor.execute(LIMITS, [list(set(account_ids))])
        return dict(cursor.fetchall())


def credit_history(account_id: int) -> tuple[CreditLimitView, ...]:
    """Every limit an account has had, the latest first."""
    rows = CreditLimit.objects.filter(account_id=account_id).order_by("-since", "-id")
    return tuple(
        CreditLimitView(
            limit_fen=row.limit_fen,
            since=row.since,
            until=row.until,
            reason=row.reason,
            set_by=row.set_by,
        )
        for row in rows
    )


@transaction.atomic
def set_credit_limits(limits: Sequence[NewCreditLimit], now: datetime) -> tuple[int, ...]:
    """Set limits from now on; returns the accounts whose limit is another one now.

    WanhaoError when a limit is below zero, an account is named twice, or nobody says why.
    """
    for limit in limits:
        _refuse_odd(limit)
    if len({limit.account_id for limit in limits}) < len(limits):
        raise WanhaoError("An account is named twice.", "Leave one of the two out.")
    told = sorted(limits, key=lambda limit: limit.account_id)
    accounts, fen = [each.account_id for each in told], [each.limit_fen for each in told]
    why, who = [each.reason for each in told], [each.set_by for each in told]
    with connection.cursor() as cursor:
        cursor.execute(CLOSE, [now, accounts, fen])
        changed = {account_id for (account_id,) in cursor.fetchall()}
        cursor.execute(OPEN, [now, accounts, fen, why, who])
        changed |= {account_id for (account_id,) in cursor.fetchall()}
    return tuple(sorted(changed))


@lru_cache(maxsize=1)
def usual_limit_fen() -> int:
    """What a post-paid customer may owe where no other figure is given; see `credit.toml`."""
    return int(tomllib.loads(FILE.read_text())["limit"]["usual_fen"])


def _refuse_odd(limit: NewCreditLimit) -> None:
    if limit.limit_fen < 0 or not limit.reason.strip() or not limit.set_by.strip():
        raise WanhaoError(
            f"Account {limit.account_id} cannot have a limit of {limit.limit_fen} fen like this.",
            "Give a limit of nothing or more, a reason, and who sets it.",
        )
