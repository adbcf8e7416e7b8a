"""`wanhao reminders explain`: why a line was told, or why not, down to the records."""

from collections.abc import Iterator, Mapping
from datetime import datetime

import click

from wanhao.communications.contracts import MessageState, Metric, ReminderRule
from wanhao.communications.figures import MB
from wanhao.communications.trail_contracts import MessageTrail
from wanhao.project import clock
from wanhao.project.command.sessions import database, refuse_without_database
from wanhao.usage.detail_contracts import UsageDetail
from wanhao.values.cycle import SHANGHAI, Cycle
from wanhao.values.money import Money
from wanhao.values.msisdn import Msisdn
from wanhao.workflows.explain_reminders import explain
from wanhao.workflows.explanation import Decided, Explanation, RuleExplained, Standing, Verdict

PURPOSE = "explanation by command"
WORDS: Mapping[Verdict, str] = {
    Verdict.TOLD: "told",
    Verdict.ON_ITS_WAY: "on its way",
    Verdict.WAITS: "waits",
    Verdict.MERGED: "merged into another message",
    Verdict.WITHDRAWN: "withdrawn before it was sent",
    Verdict.FAILED: "could not be sent",
    Verdict.UNKNOWN: "sent, but nobody said whether it arrived",
    Verdict.OPTED_OUT: "not told: switched off for this line",
    Verdict.RULE_OFF: "not told: the rule is switched off",
    Verdict.NO_LINE: "not told: nobody there to tell",
    Verdict.NO_OFFERING: "not told: the group holds no plan",
    Verdict.NO_RULE: "not told: no rule spoke of it",
    Verdict.NOT_REACHED: "nothing to tell: not reached",
    Verdict.SILENT: "silent: past it already when it began to be watched",
    Verdict.BY_CLOCK: "looked at on its days; nothing to tell so far",
    Verdict.NOT_WATCHED: "does not concern this line",
}
WAITS = {"merge": "for company", "quiet": "for the end of quiet hours", "cap": "for another day"}
UNITS = {Metric.VOICE: "min", Metric.MESSAGE: "SMS", Metric.DATA: "MB"}


@click.command(name="explain")
@click.argument("number", type=int)
@click.option("--cycle", type=int, help="As 202611; the running month unless given.")
@click.option("--records", default=5, show_default=True, help="So many records of each decision.")
def explain_command(number: int, cycle: int | None, records: int) -> None:
    """Say of the line NUMBER why each rule told, or why not; this is recorded."""
    refuse_without_database()
    with database():
        now = clock.now()
        wanted = Cycle.of(now).number if cycle is None else cycle
        found = explain(Msisdn(number).value, wanted, now, purpose=PURPOSE)
        for line in told(found, records):
            click.echo(line)


def told(found: Explanation, records: int) -> Iterator[str]:
    """The explanation in words, numbers masked."""
    yield f"{Msisdn(found.line.number).masked}, {found.line.role} card, month {found.cycle}"
    if found.records_from:
        yield f"records are kept from {found.records_from} on; before, only what was held"
    for rule in found.rules:
        yield from _rule(rule, records)
    for other in found.others:
        yield f"{other.trail.rule}: {WORDS[other.verdict]}"
        yield from _decided(other, records)


def _rule(explained: RuleExplained, records: int) -> Iterator[str]:
    rule = explained.rule
    stands = _stands(rule, explained.standing)
    yield f"{rule.code}: {WORDS[explained.verdict]}{f' ({stands})' if stands else ''}"
    for one in explained.decided:
        yield from _decided(one, records)


def _stands(rule: ReminderRule, standing: Standing | None) -> str:
    if standing is None:
        return ""
    if standing.left_fen is not None:
        of = f" of the credit limit {Money(standing.credit_fen)}" if standing.credit_fen else ""
        return f"left {Money(standing.left_fen)}{of}, less what this month costs so far"
    if rule.metric not in UNITS:
        return ""
    used, allowed = (_amount(standing, units) for units in (standing.used, standing.allowed))
    unit = UNITS[rule.metric]
    rolled = "; what rolled over is not known before the month before closes"
    note = rolled if standing.rolled is None else ""
    return (
        f"used {used} of {allowed} {unit}, {standing.percent} %; tells at {rule.threshold} %{note}"
    )


def _amount(standing: Standing, units: int) -> int:
    if standing.metric is Metric.VOICE:
        return units * standing.voice_unit // 60
    return units // MB if standing.metric is Metric.DATA else units


def _decided(one: Decided, records: int) -> Iterator[str]:
    trail = one.trail
    at = trail.trigger.get("threshold")
    reached = "" if at is None else f" at {at}"
    yield f"  decided {_time(trail.decided_at)} in batch {trail.batch}{reached}: {trail.outcome}"
    if trail.message is not None:
        yield from _message(trail.message)
    if one.evidence is not None:
        seen = one.evidence
        yield f"    {seen.records} record(s) counted by then"
        for record in seen.before[-records:] if records > 0 else ():
            yield f"      {_record(record)}"
        if seen.crossing is not None:
            yield f"    > {_record(seen.crossing)}  of {', '.join(seen.files)}"


def _message(message: MessageTrail) -> Iterator[str]:
    number = Msisdn(message.number).masked
    yield f"    message {message.message_id} to {number}: {message.state}{_why(message)}"
    yield f"      {message.text}"
    times = ("planned", "released", "claimed", "accepted", "delivered")
    known = [(name, at) for name in times if (at := getattr(message, f"{name}_at"))]
    yield f"      {', '.join(f'{name} {_time(at)}' for name, at in known)}"
    for part in message.parts:
        settled = f" {_time(part.settled_at)}" if part.settled_at else ""
        yield f"      part {part.channel_message_id}: {part.state}{settled} {part.error}".rstrip()


def _why(message: MessageTrail) -> str:
    if message.merged_into is not None:
        return f" into message {message.merged_into}"
    if message.state is MessageState.PLANNED:
        return f", waits {WAITS.get(message.waits, '')} until {_time(message.release_at)}"
    return f", {message.error}" if message.error else ""


def _record(record: UsageDetail) -> str:
    start = datetime.fromtimestamp(record.start, SHANGHAI)
    sign = "-" if record.sign < 0 else ""
    number = Msisdn(record.number).masked
    what = f"{record.service} {sign}{record.quantity}"
    return f"{start:%m-%d %H:%M:%S}  {number}  {what}  {record.source} {record.record_id}"


def _time(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%m-%d %H:%M:%S}"
