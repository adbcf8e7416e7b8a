"""Finds stars every month, gives the rights that belong to them, and counts their use."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, connection, transaction

from wanhao.loyalty.contracts import Evaluated, RightUsed, StarReason, Worth
from wanhao.loyalty.growing import (
    Standing,
    StarRules,
    Verdict,
    evaluate_one,
    star_rules,
    valid_until,
)
from wanhao.loyalty.models import AccountStar, HeldRight, RightUse, StarChange
from wanhao.loyalty.turns import EVALUATING, one_of, wait_for_turn
from wanhao.values.cycle import Cycle
from wanhao.values.errors import WanhaoError

KEEP = """
UPDATE wanhao_loyalty_accountstar AS held SET growth = seen.growth, cycle = %s
FROM unnest(%s::bigint[], %s::bigint[]) AS seen (account_id, growth)
WHERE held.account_id = seen.account_id
"""
SET = """
INSERT INTO wanhao_loyalty_accountstar AS held (account_id, star, growth, since, ends_at, cycle)
SELECT account_id, star, growth, %s, %s, %s
FROM unnest(%s::bigint[], %s::int[], %s::bigint[]) AS found (account_id, star, growth)
ON CONFLICT (account_id) DO UPDATE SET star = excluded.star, growth = excluded.growth,
    since = excluded.since, ends_at = excluded.ends_at, cycle = excluded.cycle
"""
END_RIGHTS = """
UPDATE wanhao_loyalty_heldright SET ends_at = greatest(begins_at, %s)
WHERE account_id = ANY(%s::bigint[]) AND ends_at > %s
"""


@dataclass(frozen=True, slots=True)
class Change:
    """A star that is set anew."""

    account_id: int
    before: int
    verdict: Verdict
    reason: StarReason


@transaction.atomic
def evaluate(worths: Sequence[Worth], *, cycle: int, now: datetime) -> Evaluated:
    """Find the stars after a cycle, once per account and cycle; see `growing.evaluate_one`.

    A star that is set anew begins `now` and brings its rights with full counters; those of the
    star before end. Give some thousands at a time.
    """
    wait_for_turn(EVALUATING)
    rows = AccountStar.objects.filter(account_id__in=one_of([each.account_id for each in worths]))
    held = {row.account_id: row for row in rows}
    due = [
        one for one in worths if one.account_id not in held or held[one.account_id].cycle < cycle
    ]
    rules, month = star_rules(), Cycle(cycle).next
    verdicts = {
        worth.account_id: evaluate_one(worth, _standing(held.get(worth.account_id)), month, rules)
        for worth in due
    }
    changes = [
        Change(account_id, held[account_id].star if account_id in held else 0, found, found.reason)
        for account_id, found in verdicts.items()
        if found.reason
    ]
    _keep({key: found for key, found in verdicts.items() if not found.reason}, cycle)
    _set(changes, cycle, now, valid_until(month, rules))
    _give_rights(changes, now, valid_until(month, rules), rules)
    return Evaluated(
        accounts=len(due),
        raised=sum(change.verdict.star > change.before for change in changes),
        lowered=sum(change.verdict.star < change.before for change in changes),
    )


@transaction.atomic
def leave(account_ids: Sequence[int], now: datetime) -> int:
    """Take the stars of accounts that leave, and the rights with them; returns how many had one."""
    wait_for_turn(EVALUATING)
    rows = list(
        AccountStar.objects.filter(account_id__in=one_of(account_ids), ends_at__gt=now, star__gt=0)
    )
    StarChange.objects.bulk_create(
        StarChange(
            account_id=row.account_id,
            before=row.star,
            after=0,
            growth=row.growth,
            cycle=row.cycle,
            reason=StarReason.LEFT.value,
            at=now,
        )
        for row in rows
    )
    leaving = [row.account_id for row in rows]
    AccountStar.objects.filter(account_id__in=leaving).update(star=0, since=now, ends_at=now)
    _end_rights(leaving, now)
    return len(rows)


@transaction.atomic
def use_right(*, account_id: int, code: str, reference: str, now: datetime) -> RightUsed:
    """Use a right once per reference; WanhaoError says why it cannot be used."""
    if not reference.strip():
        raise WanhaoError("The use has no reference.", "Give it one of its own.")
    rows = HeldRight.objects.select_for_update().filter(account_id=account_id, code=code)
    right = rows.order_by("begins_at").last()
    if known := RightUse.objects.filter(reference=reference).select_related("right").first():
        if (known.right.account_id, known.right.code) != (account_id, code):
            raise _used_otherwise(reference)
        return RightUsed(code=code, left=known.right.left, first=False)
    right = _usable(right, code, now)
    try:
        with transaction.atomic():
            RightUse.objects.create(right=right, reference=reference, at=now)
    except IntegrityError as error:
        # The same reference for the same right would have waited at its lock.
        raise _used_otherwise(reference) from error
    if right.left is not None:
        right.left -= 1
        HeldRight.objects.filter(pk=right.pk).update(left=right.left)
    return RightUsed(code=code, left=right.left, first=True)


def _usable(right: HeldRight | None, code: str, now: datetime) -> HeldRight:
    """The right, when it can be used now."""
    name = star_rules().rights.get(code)
    if name is None:
        raise WanhaoError(f"There is no right '{code}'.", f"Use: {', '.join(star_rules().rights)}.")
    if right is None or right.begins_at > now:
        raise WanhaoError(
            f"The customer's star does not give '{name.name_en}'.", "Tell what it would take."
        )
    if right.ends_at <= now:
        raise WanhaoError(
            f"'{name.name_en}' ended with the star that gave it.", "Look at the star's history."
        )
    if right.left == 0:
        raise WanhaoError(
            f"'{name.name_en}' was used {right.times} times, as often as the star gives it.",
            "It is given anew with the next star.",
        )
    return right


def _standing(row: AccountStar | None) -> Standing | None:
    return Standing(star=row.star, ends_at=row.ends_at) if row else None


def _keep(verdicts: Mapping[int, Verdict], cycle: int) -> None:
    if verdicts:
        growths = [found.growth for found in verdicts.values()]
        with connection.cursor() as cursor:
            cursor.execute(KEEP, [cycle, list(verdicts), growths])


def _set(changes: Sequence[Change], cycle: int, now: datetime, ends_at: datetime) -> None:
    if not changes:
        return
    columns = [
        [change.account_id for change in changes],
        [change.verdict.star for change in changes],
        [change.verdict.growth for change in changes],
    ]
    with connection.cursor() as cursor:
        cursor.execute(SET, [now, ends_at, cycle, *columns])
    StarChange.objects.bulk_create(
        StarChange(
            account_id=change.account_id,
            before=change.before,
            after=change.verdict.star,
            growth=change.verdict.growth,
            cycle=cycle,
            reason=change.reason.value,
            at=now,
        )
        for change in changes
        if change.before or change.verdict.star
    )


def _give_rights(
    changes: Sequence[Change], now: datetime, ends_at: datetime, rules: StarRules
) -> None:
    _end_rights([change.account_id for change in changes if change.before], now)
    HeldRight.objects.bulk_create(
        HeldRight(
            account_id=change.account_id,
            code=right.code,
            percent=right.percent,
            times=right.times,
            left=right.times or None,
            begins_at=now,
            ends_at=ends_at,
        )
        for change in changes
        for right in rules.stars[change.verdict.star].rights
    )


def _end_rights(account_ids: Sequence[int], now: datetime) -> None:
    if account_ids:
        with connection.cursor() as cursor:
            cursor.execute(END_RIGHTS, [now, list(account_ids), now])


def _used_otherwise(reference: str) -> WanhaoError:
    return WanhaoError(
        f"Reference '{reference}' was used for something else.",
        "Look it up; if this is a new use, give it a reference of its own.",
    )
