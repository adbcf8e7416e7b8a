"""`wanhao reminders list|show|check|set|revert|history`: the rules, their texts, their changes."""

import getpass
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import click

from wanhao.communications.changing import (
    change_rule,
    changes_waiting,
    history,
    revert_change,
)
from wanhao.communications.checking import TextCheck, check_texts
from wanhao.communications.contracts import ContactPolicy, ReminderRule, RuleChangeView
from wanhao.communications.in_force import POLICY, RulesInForce, require_rule, rules_at
from wanhao.project import clock
from wanhao.project.command.reminders_preview import value_of
from wanhao.project.command.sessions import database, refuse_without_database
from wanhao.project.env import environment
from wanhao.values.cycle import SHANGHAI
from wanhao.values.errors import WanhaoError

SHOWN = (
    "metric",
    "threshold",
    "repeats_to",
    "at",
    "urgency",
    "recipient",
    "switchable",
    "delivery_class",
    "night",
    "merge_seconds",
    "valid_hours",
    "enabled",
    "fixed",
)
SAYS_WHEN = click.DateTime(formats=("%Y-%m-%d", "%Y-%m-%dT%H:%M"))


@click.command(name="list")
def list_command() -> None:
    """List the rules that count now, and which of them were changed."""
    refuse_without_database()
    with database():
        for rule in rules_at(clock.now()).rules:
            reached = "" if rule.threshold is None else str(rule.threshold)
            off = "" if rule.enabled else "  not in use"
            changed = f"  changed ({rule.version})" if rule.version else ""
            kind = "switchable" if rule.switchable else "always"
            told = f"{rule.code:<18}{reached:>6}  {rule.recipient:<8}{kind:<11}"
            click.echo(f"{told}{rule.delivery_class:<9}{rule.title_zh}{off}{changed}")


@click.command(name="show")
@click.argument("rule")
def show_command(rule: str) -> None:
    """Show the values and texts of RULE that count now, or those of "policy"."""
    refuse_without_database()
    with database():
        now = clock.now()
        given = rules_at(now)
        lines = _policy(given.policy) if rule == POLICY else _rule(rule, given)
        for line in lines:
            click.echo(line)
        for one in changes_waiting(now):
            if one.rule == rule:
                click.echo(f"from {_time(one.valid_from)}: {_set(one.values)} ({one.change_id})")


@click.command(name="check")
@click.option("--all", "everything", is_flag=True, help="Show every text, not only the long ones.")
def check_command(everything: bool) -> None:
    """Write out every text with the longest figures; fail when one is missing or wrong."""
    refuse_without_database()
    with database():
        checked = check_texts(rules_at(clock.now()), environment().sms_sign_off)
    for one in checked:
        if everything or one.trouble or one.parts > 1:
            click.echo(_text(one))
            if one.trouble:
                click.secho(f"    {one.trouble}", fg="red")
    wrong = sum(bool(one.trouble) for one in checked)
    long = sum(one.parts > 1 for one in checked)
    click.echo(f"{len(checked)} texts, {long} of them in more than one part, {wrong} wrong")
    if wrong:
        raise WanhaoError(f"{wrong} texts cannot be sent as they are.", "Correct them.")


@click.command(name="set")
@click.argument("rule")
@click.argument("changes", nargs=-1, required=True, metavar="NAME=VALUE...")
@click.option("--reason", required=True, help="Why; it is kept.")
@click.option("--from", "begins", type=SAYS_WHEN, help="In Shanghai; at once unless given.")
def set_command(rule: str, changes: tuple[str, ...], reason: str, begins: datetime | None) -> None:
    """Let other values of RULE count, or of "policy"; a text is texts.usual.zh=..."""
    values = values_of(changes)
    refuse_without_database()
    with database():
        made = change_rule(
            rule,
            values,
            by=getpass.getuser(),
            reason=reason,
            now=clock.now(),
            valid_from=_instant(begins),
        )
    click.echo(f"change {made} of {rule}: {_set(values)}")


@click.command(name="revert")
@click.argument("change", type=int)
@click.option("--reason", required=True, help="Why; it is kept.")
@click.option("--from", "begins", type=SAYS_WHEN, help="In Shanghai; at once unless given.")
def revert_command(change: int, reason: str, begins: datetime | None) -> None:
    """Take CHANGE out of force; reverting what reverted a change brings it back."""
    refuse_without_database()
    with database():
        made = revert_change(
            change,
            by=getpass.getuser(),
            reason=reason,
            now=clock.now(),
            valid_from=_instant(begins),
        )
    click.echo(f"change {made} reverts {change}")


@click.command(name="history")
@click.argument("rule", required=False)
def history_command(rule: str | None) -> None:
    """List the changes of RULE, or of all, newest first: what, from when, by whom and why."""
    refuse_without_database()
    with database():
        if rule is not None and rule != POLICY:
            require_rule(rule)
        for one in history(rule):
            click.echo(_change(one))


def values_of(changes: tuple[str, ...]) -> dict[str, Any]:
    """NAME=VALUE of each; of texts as texts.variant.language=words."""
    values: dict[str, Any] = {}
    for told in changes:
        name, value = value_of(told)
        place, *path = name.split(".")
        if not path:
            values[place] = value
            continue
        if len(path) != 2:
            raise WanhaoError(f"'{told}' names no text.", "Write it as texts.usual.zh=...")
        # Words are words, even those that look like a number.
        values.setdefault(place, {}).setdefault(path[0], {})[path[1]] = told.partition("=")[2]
    return values


def _rule(code: str, given: RulesInForce) -> Iterator[str]:
    rule = given.by_code[require_rule(code).code]
    yield f"{rule.code}  {rule.title_zh} · {rule.title_en}"
    for name in SHOWN:
        value = _told(rule, name)
        if value:
            yield f"  {name:<16}{value}"
    yield f"  {'changed by':<16}{rule.version or 'nothing, as delivered'}"
    for one in check_texts(given, environment().sms_sign_off):
        if one.rule == code:
            yield _text(one)


def _told(rule: ReminderRule, name: str) -> str:
    value = getattr(rule, name)
    if isinstance(value, tuple):
        return ", ".join(str(one) for one in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _policy(policy: ContactPolicy) -> Iterator[str]:
    yield f"  {'quiet hours':<24}{policy.quiet_from} to {policy.quiet_until}"
    yield f"  {'daily_cap':<24}{policy.daily_cap}"
    yield f"  {'merge_seconds':<24}{policy.merge_seconds}"
    yield f"  {'second_channel_minutes':<24}{policy.second_channel_minutes}"
    yield f"  {'changed by':<24}{policy.version or 'nothing, as delivered'}"


def _text(one: TextCheck) -> str:
    size = f"{one.characters} characters, {one.parts} part{'s' if one.parts > 1 else ''}"
    return f"  {one.rule}.{one.variant} {one.language} ({size}): {one.text}"


def _change(one: RuleChangeView) -> str:
    what = f"reverts {one.reverts}" if one.reverts else _set(one.values)
    gone = f"  reverted by {one.reverted_by}" if one.reverted_by else ""
    told = f"{one.change_id:>6}  {one.rule}: {what}, from {_time(one.valid_from)}"
    return f"{told}, by {one.by}: {one.reason}{gone}"


def _set(values: Any) -> str:
    return ", ".join(f"{name}={value}" for name, value in values.items())


def _instant(told: datetime | None) -> datetime | None:
    return None if told is None else told.replace(tzinfo=SHANGHAI)


def _time(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
