"""How many are worked on at once: lists of ids, locks, and how far a round has come."""

from collections.abc import Collection
from datetime import date, datetime

from django.db import connection
from django.db.models.expressions import RawSQL

from wanhao.loyalty.contracts import Errand
from wanhao.loyalty.models import Round

# Any number that nobody else locks by.
ROOM = 0x6C6F79
CREDITING, EVALUATING = 1, 2


def one_of(ids: Collection[int]) -> RawSQL:
    """The ids as one array: thousands of single parameters cost more than the answer."""
    return RawSQL("SELECT unnest(%s::bigint[])", [list(ids)])


def wait_for_turn(work: int) -> None:
    """Let one transaction at a time do this work, so that each sees what the last one wrote."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [ROOM, work])


def begin_slice(errand: Errand, cycle: int, day: date) -> int | None:
    """Take a round in hand until the transaction ends: the account after which it goes on.

    None when the round of that day is finished, or another worker has it in hand.
    """
    asked = {"errand": errand.value, "cycle": cycle, "day": day}
    Round.objects.bulk_create([Round(**asked)], ignore_conflicts=True)
    rows = Round.objects.select_for_update(skip_locked=True).filter(
        **asked, finished_at__isnull=True
    )
    return rows.values_list("after_account", flat=True).first()


def end_slice(
    errand: Errand, cycle: int, day: date, *, after_account: int, finished_at: datetime | None
) -> None:
    """Remember how far the round came, and whether nobody is left."""
    Round.objects.filter(errand=errand.value, cycle=cycle, day=day).update(
        after_account=after_account, finished_at=finished_at
    )


def is_finished(errand: Errand, cycle: int, day: date) -> bool:
    """Whether that day's round is over."""
    rows = Round.objects.filter(errand=errand.value, cycle=cycle, day=day)
    return rows.filter(finished_at__isnull=False).exists()
