"""Changes rules and the contact policy: what may be changed, from when, by whom and why."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from wanhao.communications.contracts import ContactPolicy, ReminderRule, RuleChangeView
from wanhao.communications.in_force import (
    POLICY,
    TEXTS,
    Change,
    RulesInForce,
    fold,
    in_force,
    read_changes,
    require_rule,
)
from wanhao.communications.live import announce
from wanhao.communications.models import RuleChange
from wanhao.communications.rendering import known_texts, mistake, needed_in
from wanhao.communications.words import VARIABLES
from wanhao.parties.contracts import Language
from wanhao.promises.actions import make
from wanhao.promises.contracts import NewPromise
from wanhao.values.errors import WanhaoError

WATCH = "watch-thresholds"
"""The kind of promise by which a changed threshold reaches the meter at its time."""

LOCK = 7_310_041
NEVER = ("code", "metric", "fixed", "version")
CHANGEABLE = (*(f.name for f in fields(ReminderRule) if f.name not in NEVER), TEXTS)
POLICY_NUMBERS = {
    "daily_cap": (1, 100),
    "merge_seconds": (0, 3600),
    "second_channel_minutes": (1, 1440),
}
POLICY_TIMES = ("quiet_from", "quiet_until")
TIME_OF_DAY = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
NOT_MADE_YET = 1 << 62
"""Stands for the id of a change that is only tried."""


@transaction.atomic
def change_rule(
    code: str,
    values: Mapping[str, Any],
    *,
    by: str,
    reason: str,
    now: datetime,
    valid_from: datetime | None = None,
) -> int:
    """Let these values of a rule, or of "policy", count from `valid_from` on; returns the change.

    WanhaoError when a value makes no sense, may not be changed or is so already, or when two rules
    would tell of the same, at that time or after a change that is already made for later.
    """
    _lock()
    begins = valid_from or now
    if begins < now:
        raise WanhaoError("A change cannot count from the past.", "Give a later time, or none.")
    _reasoned(by, reason)
    changes = read_changes()
    _try_out(changes, Change(change_id=NOT_MADE_YET, rule=code, values=values, valid_from=begins))
    row = RuleChange.objects.create(
        rule=code, values=dict(values), valid_from=begins, by=by, reason=reason, made_at=now
    )
    return _made(row, now)


@transaction.atomic
def revert_change(
    change_id: int, *, by: str, reason: str, now: datetime, valid_from: datetime | None = None
) -> int:
    """Take a change out of force, or bring one back whose reverting is reverted."""
    _lock()
    begins = valid_from or now
    if begins < now:
        raise WanhaoError("A change cannot count from the past.", "Give a later time, or none.")
    _reasoned(by, reason)
    changes = read_changes()
    known = {one.change_id: one for one in changes}
    if change_id not in known:
        raise WanhaoError(f"There is no change {change_id}.", "See: wanhao reminders history")
    if any(one.reverts == change_id for one in changes if not _is_void(one, changes)):
        raise WanhaoError(
            f"The change {change_id} is reverted already.", "See: wanhao reminders history"
        )
    code = known[change_id].rule
    undone = Change(
        change_id=NOT_MADE_YET, rule=code, values={}, valid_from=begins, reverts=change_id
    )
    _fits(code, (*changes, undone), begins)
    row = RuleChange.objects.create(
        rule=code,
        values={},
        valid_from=begins,
        by=by,
        reason=reason,
        reverts_id=change_id,
        made_at=now,
    )
    return _made(row, now)


def with_change(code: str, values: Mapping[str, Any], now: datetime) -> RulesInForce:
    """What would count if these values were changed now; WanhaoError when they cannot be."""
    tried = Change(change_id=NOT_MADE_YET, rule=code, values=values, valid_from=now)
    return _try_out(read_changes(), tried)


def history(code: str | None = None) -> tuple[RuleChangeView, ...]:
    """The changes of a rule, of "policy" or of everything, newest first."""
    rows = list(RuleChange.objects.order_by("-id"))
    changes = read_changes()
    undone = {
        one.reverts: one.change_id
        for one in changes
        if one.reverts is not None and not _is_void(one, changes)
    }
    return tuple(
        RuleChangeView(
            change_id=row.pk,
            rule=row.rule,
            values=row.values,
            valid_from=row.valid_from,
            by=row.by,
            reason=row.reason,
            made_at=row.made_at,
            reverts=row.reverts_id,
            reverted_by=undone.get(row.pk),
        )
        for row in rows
        if code in (None, row.rule)
    )


def _lock() -> None:
    """One change at a time, so that ids follow the order of commit and no two contradict."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def _reasoned(by: str, reason: str) -> None:
    if not by.strip() or not reason.strip():
        raise WanhaoError(
            "A change needs a reason, and somebody who makes it.", "Say why, in a few words."
        )
    if len(reason) > 500:
        raise WanhaoError("A reason has 500 characters at most.", "Say it more shortly.")


def _made(row: RuleChange, now: datetime) -> int:
    make([NewPromise(kind=WATCH, key=f"change:{row.pk}", due_at=row.valid_from)], now)
    announce("reminder", row.pk)
    return int(row.pk)


def _is_void(change: Change, changes: Sequence[Change]) -> bool:
    """Whether a reverting was itself reverted, whenever that counts from."""
    return any(one.reverts == change.change_id and not _is_void(one, changes) for one in changes)


def _try_out(changes: Sequence[Change], tried: Change) -> RulesInForce:
    """What would count with the change; WanhaoError when it may not be made."""
    if tried.rule == POLICY:
        _check_policy(tried.values)
    else:
        _check_names(require_rule(tried.rule), tried.values)
    everything = (*changes, tried)
    before = fold(changes, tried.valid_from)
    after = _fits(tried.rule, everything, tried.valid_from)
    if _values(before, tried.rule) == _values(after, tried.rule):
        raise WanhaoError("Nothing changes: that is how it is already.", "Give another value.")
    return after


def _fits(code: str, changes: Sequence[Change], begins: datetime) -> RulesInForce:
    """What counts from then on, once it is sure that it does without contradiction."""
    later = {one.valid_from for one in changes if one.valid_from > begins}
    try:
        for moment in sorted(later):
            fold(changes, moment, strict=True)
        return fold(changes, begins, strict=True)
    except (ValueError, TypeError, KeyError) as error:
        raise WanhaoError(f"{code}: {error}.", "See: wanhao reminders show " + code) from error


def _values(given: RulesInForce, code: str) -> tuple[object, ...]:
    """All that counts of a rule, but where it comes from."""
    if code == POLICY:
        names = [f.name for f in fields(ContactPolicy) if f.name != "version"]
        return tuple(getattr(given.policy, name) for name in names)
    rule = given.by_code[code]
    own = [getattr(rule, f.name) for f in fields(ReminderRule) if f.name != "version"]
    texts = sorted((key, text) for key, text in given.texts.items() if key[0] == code)
    return (*own, tuple(texts))


def _check_names(rule: ReminderRule, values: Mapping[str, Any]) -> None:
    if not values:
        raise WanhaoError("No value is given.", "Give one, such as threshold=70")
    for name in values:
        if name not in CHANGEABLE:
            raise WanhaoError(
                f"A rule has no value '{name}'.",
                f"What can be changed: {', '.join(CHANGEABLE)}.",
            )
        if name in rule.fixed:
            raise WanhaoError(
                f"{name} of {rule.code} may not be changed.",
                "The law or the words of the reminder demand it as it is.",
            )
    for name in ("title_zh", "title_en"):
        if name in values and not (isinstance(values[name], str) and values[name].strip()):
            raise WanhaoError(f"{name} must be a few words.", "Give a name for the rule.")
    _check_texts(rule, values.get(TEXTS, {}))


def _check_texts(rule: ReminderRule, texts: object) -> None:
    """Texts as {"usual": {"zh": "..."}}; a variant or language that is not given stays."""
    variants = sorted({variant for code, variant, _ in known_texts() if code == rule.code})
    if not isinstance(texts, dict):
        raise WanhaoError("Texts are given by variant and language.", "As texts.usual.zh=...")
    for variant, written in texts.items():
        if variant not in variants:
            raise WanhaoError(
                f"{rule.code} has no text '{variant}'.", f"They are: {', '.join(variants)}."
            )
        for language, text in written.items():
            if language not in set(Language):
                raise WanhaoError(
                    f"Nobody is written to in '{language}'.", f"Use {', '.join(Language)}."
                )
            if wrong := mistake(text, VARIABLES[rule.metric], needed_in(rule, variant)):
                named = ", ".join(f"{{{name}}}" for name in VARIABLES[rule.metric]) or "none"
                raise WanhaoError(
                    f"The text {rule.code}.{variant} in {language} {wrong}.",
                    f"The variables it may name are: {named}.",
                )


def _check_policy(values: Mapping[str, Any]) -> None:
    if not values:
        raise WanhaoError("No value is given.", "Give one, such as daily_cap=3")
    for name, value in values.items():
        if name in POLICY_NUMBERS:
            least, most = POLICY_NUMBERS[name]
            if type(value) is not int or not least <= value <= most:
                raise WanhaoError(
                    f"{name} must be a whole number from {least} to {most}.", "Give another value."
                )
        elif name in POLICY_TIMES:
            if not isinstance(value, str) or not TIME_OF_DAY.fullmatch(value):
                raise WanhaoError(f"{name} must be a time of day.", "Give it as 22:00.")
        else:
            known = ", ".join((*POLICY_TIMES, *POLICY_NUMBERS))
            raise WanhaoError(
                f"The policy has no value '{name}'.", f"What can be changed: {known}."
            )


def changes_waiting(now: datetime) -> tuple[Change, ...]:
    """The changes that are made and do not count yet, in the order in which they will."""
    changes = read_changes()
    if not changes:
        return ()
    last = max(one.valid_from for one in changes)
    return tuple(one for one in in_force(changes, last) if one.valid_from > now)
