"""Credits what was earned and clears what expired; set-based, each account and cycle once."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from wanhao.loyalty.contracts import Credited, Spending
from wanhao.loyalty.earning import batch_year, earned, oldest_good_year, points_rules
from wanhao.loyalty.models import HeldRight
from wanhao.loyalty.turns import CREDITING, one_of, wait_for_turn
from wanhao.values.cycle import SHANGHAI, Cycle
from wanhao.values.errors import WanhaoError

MULTIPLIER = "points-multiplier"
# The batch and the entry that explains it in one statement: neither can be without the other.
EARN = """
WITH asked AS (
    SELECT * FROM unnest(%(accounts)s::bigint[], %(points)s::bigint[], %(fen)s::bigint[],
                         %(percents)s::int[]) AS asked (account_id, points, fen, percent)
), fresh AS (
    SELECT asked.* FROM asked WHERE NOT EXISTS (
        SELECT FROM wanhao_loyalty_pointsentry AS entry
        WHERE entry.account_id = asked.account_id AND entry.cycle = %(cycle)s
          AND entry.kind = 'earned'
    )
), batch AS (
    INSERT INTO wanhao_loyalty_pointsbatch AS held (account_id, year, points)
    SELECT account_id, %(year)s, points FROM fresh ORDER BY account_id
    ON CONFLICT (account_id, year) DO UPDATE SET points = held.points + excluded.points
    RETURNING id, account_id
), written AS (
    INSERT INTO wanhao_loyalty_pointsentry
        (account_id, batch_id, kind, points, cycle, counted_fen, reward_percent, day, at)
    SELECT account_id, batch.id, 'earned', points, %(cycle)s, fen, percent, %(day)s, %(now)s
    FROM fresh JOIN batch USING (account_id)
    RETURNING points
)
SELECT count(*), coalesce(sum(points), 0)::bigint FROM written
"""
EXPIRE = """
WITH due AS (
    SELECT id, account_id, year, points FROM wanhao_loyalty_pointsbatch
    WHERE year < %(oldest)s AND points > 0
    ORDER BY year, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
), written AS (
    INSERT INTO wanhao_loyalty_pointsentry (account_id, batch_id, kind, points, day, at)
    SELECT account_id, id, 'expired', -points, make_date(year + %(years)s - 1, 12, 31), %(now)s
    FROM due
)
UPDATE wanhao_loyalty_pointsbatch AS batch SET points = 0 FROM due WHERE batch.id = due.id
"""


@transaction.atomic
def earn(spendings: Sequence[Spending], *, cycle: int, now: datetime) -> Credited:
    """Credit what a cycle's spending earned, once per account and cycle.

    What earns nothing leaves no trace, so it may be told again once there is more of it. Give some
    thousands at a time; WanhaoError when an account is there twice.
    """
    account_ids = [spending.account_id for spending in spendings]
    if len(set(account_ids)) != len(account_ids):
        raise WanhaoError("An account's spending is there twice.", "Add it up first.")
    wait_for_turn(CREDITING)
    rules, shares = points_rules(), _star_percents(account_ids, now)
    found = [
        (one.account_id, earned(one, shares.get(one.account_id, 0), rules)) for one in spendings
    ]
    earning = [(account_id, one) for account_id, one in found if one.points]
    with connection.cursor() as cursor:
        cursor.execute(
            EARN,
            {
                "accounts": [account_id for account_id, _ in earning],
                "points": [one.points for _, one in earning],
                "fen": [one.counted_fen for _, one in earning],
                "percents": [one.reward_percent for _, one in earning],
                "cycle": cycle,
                "year": batch_year(Cycle(cycle)),
                "day": now.astimezone(SHANGHAI).date(),
                "now": now,
            },
        )
        accounts, points = cursor.fetchone()
    return Credited(accounts=accounts, points=points)


@transaction.atomic
def expire(now: datetime, limit: int = 10_000) -> int:
    """Clear batches whose last day is over; returns how many, call again until there are none.

    The entry counts for that last day, 31 December, whenever it is written.
    """
    rules = points_rules()
    asked: dict[str, datetime | int] = {
        "oldest": oldest_good_year(now, rules),
        "years": rules.years,
        "limit": limit,
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(EXPIRE, asked)
        return int(cursor.rowcount)


def _star_percents(account_ids: Sequence[int], now: datetime) -> dict[int, int]:
    """The points multiplier of each account whose star gives one."""
    rows = HeldRight.objects.filter(
        account_id__in=one_of(account_ids), code=MULTIPLIER, begins_at__lte=now, ends_at__gt=now
    )
    return dict(rows.values_list("account_id", "percent"))
