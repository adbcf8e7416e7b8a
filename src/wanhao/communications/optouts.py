"""Which reminders a line does not want: switched off and on, by whom and through which door."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction

from wanhao.communications.contracts import Door, OptOutView
from wanhao.communications.in_force import rules_at
from wanhao.communications.models import OptOut
from wanhao.values.errors import WanhaoError


@transaction.atomic
def set_opt_out(
    line_id: int,
    rule: str,
    opted_out: bool,
    now: datetime,
    *,
    door: Door = Door.COMMAND,
    by: str = "",
) -> bool:
    """Switch a rule's messages off or on for a line; returns whether that changed anything.

    WanhaoError when the rule must stay on. One that was switched off may be switched on whatever
    its rule says today.
    """
    allowed = switchable(now) if opted_out else set(rules_at(now).by_code)
    if rule not in allowed:
        raise WanhaoError(
            f"'{rule}' is no reminder that can be switched off.",
            f"Those that can be: {', '.join(sorted(switchable(now)))}.",
        )
    return bool(_switch(line_id, [rule], opted_out, now, door=door, by=by))


@transaction.atomic
def set_all_opt_outs(
    line_id: int, opted_out: bool, now: datetime, *, door: Door, by: str = ""
) -> tuple[str, ...]:
    """Switch off all that may be switched off, or on again all that is off; returns which changed.

    A rule that comes later is on.
    """
    rules = sorted(switchable(now)) if opted_out else sorted(_off([line_id])[line_id])
    return _switch(line_id, rules, opted_out, now, door=door, by=by)


@transaction.atomic
def carry_over(from_line: int, to_line: int, now: datetime) -> None:
    """A number that gets another line keeps what it switched off, and who did it."""
    rows = OptOut.objects.filter(line_id=from_line, until__isnull=True)
    OptOut.objects.bulk_create(
        [
            OptOut(line_id=to_line, rule=row.rule, since=now, door=row.door, by=row.by)
            for row in rows
        ],
        ignore_conflicts=True,
    )


def opt_outs(line_id: int) -> tuple[OptOutView, ...]:
    """What a line switched off, now or before, the newest first."""
    rows = OptOut.objects.filter(line_id=line_id).order_by("-since", "-id")
    return tuple(
        OptOutView(
            rule=row.rule,
            since=row.since,
            door=Door(row.door),
            by=row.by,
            until=row.until,
            until_door=Door(row.until_door) if row.until_door else None,
            until_by=row.until_by,
        )
        for row in rows
    )


def switchable(now: datetime) -> set[str]:
    """The rules customers may switch off."""
    return {rule.code for rule in rules_at(now).rules if rule.switchable}


def _off(line_ids: Collection[int]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {line_id: set() for line_id in line_ids}
    rows = OptOut.objects.filter(line_id__in=line_ids, until__isnull=True)
    for line_id, rule in rows.values_list("line_id", "rule"):
        found[line_id].add(rule)
    return found


def _switch(
    line_id: int, rules: Sequence[str], opted_out: bool, now: datetime, *, door: Door, by: str
) -> tuple[str, ...]:
    off = _off([line_id])[line_id]
    changed = tuple(rule for rule in rules if (rule in off) is not opted_out)
    if opted_out:
        OptOut.objects.bulk_create(
            [OptOut(line_id=line_id, rule=rule, since=now, door=door, by=by) for rule in changed],
            ignore_conflicts=True,
        )
    else:
        OptOut.objects.filter(line_id=line_id, rule__in=changed, until__isnull=True).update(
            until=now, until_door=door, until_by=by
        )
    return changed
