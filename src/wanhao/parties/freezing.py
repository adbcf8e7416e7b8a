"""Accounts that end with all their lines, and numbers nobody may have for a while: after that, or
because something else is done with them."""

from collections.abc import Collection
from datetime import datetime

from django.db import connection, transaction
from django.db.models.expressions import RawSQL

from wanhao.parties.contracts import LineView
from wanhao.parties.models import FrozenNumber, Line
from wanhao.parties.queries import lines_of_accounts
from wanhao.values.errors import WanhaoError

END = """
UPDATE wanhao_parties_line SET until = greatest(since, %s)
WHERE until IS NULL AND id = ANY(%s::bigint[])
"""
FREEZE = """
INSERT INTO wanhao_parties_frozennumber (number, since, until)
SELECT number, %s, %s FROM unnest(%s::bigint[]) AS told(number)
ON CONFLICT (number) DO UPDATE SET since = excluded.since, until = excluded.until
"""


@transaction.atomic
def end_accounts(
    account_ids: Collection[int], at: datetime, frozen_until: datetime
) -> list[LineView]:
    """End every line of accounts, and freeze their numbers; returns the lines as they were.

    The accounts must be locked by `lock_accounts`.
    """
    lines = lines_of_accounts(account_ids)
    with connection.cursor() as cursor:
        cursor.execute(END, [at, [line.line_id for line in lines]])
        cursor.execute(FREEZE, [at, frozen_until, sorted(line.number for line in lines)])
    return lines


def frozen_numbers(numbers: Collection[int], at: datetime) -> dict[int, datetime]:
    """Which of the numbers nobody may have yet at an instant, each with when it is free again."""
    asked = RawSQL("SELECT unnest(%s::bigint[])", [list(set(numbers))])
    rows = FrozenNumber.objects.filter(number__in=asked, until__gt=at)
    return dict(rows.values_list("number", "until"))


def refuse_frozen(number: int, since: datetime) -> None:
    """WanhaoError when nobody may have this number from that instant on."""
    until = frozen_numbers([number], since).get(number)
    if until is not None:
        raise WanhaoError(
            f"{number} is kept back until {until:%Y-%m-%d}.",
            "Choose another number, or wait until then.",
        )


@transaction.atomic
def keep_back(number: int, until: datetime, now: datetime) -> None:
    """Let nobody have a number before an instant; WanhaoError when somebody has it."""
    if Line.objects.filter(number=number, until=None).exists():
        raise WanhaoError(f"{number} is in use.", "Choose a number that nobody has.")
    with connection.cursor() as cursor:
        cursor.execute(FREEZE, [now, until, [number]])


def let_go(number: int) -> None:
    """Let anybody have a number again that was kept back."""
    FrozenNumber.objects.filter(number=number).delete()
