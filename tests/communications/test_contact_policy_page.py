"""The page of the contact policy says what happens: times, merges, daily numbers, reasons."""

import re
from dataclasses import asdict
from datetime import datetime, timedelta

import pytest

from tests.metering.pages import listed, rows_of
from wanhao.communications.contracts import Metric, Reason, ReminderRule, Waits
from wanhao.communications.in_force import as_delivered, default_policy
from wanhao.communications.merging import bundle, reached
from wanhao.communications.policy import Planned, Step, decide
from wanhao.values.cycle import SHANGHAI

PAGE = "contact-policy.md"
NOON = datetime(2026, 11, 22, 12, tzinfo=SHANGHAI)
OUTCOMES = {"released": "released", "planned": "waits", "withdrawn": "withdrawn"}


def at(cell: str) -> datetime:
    return datetime.strptime(cell, "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI)


def rule_of(code: str) -> ReminderRule:
    return as_delivered().by_code[code]


def planned(
    key: int, rule: ReminderRule, when: datetime, until: datetime | None, percent: int | None = None
) -> Planned:
    threshold = percent or rule.threshold
    required = rule.delivery_class == "required"
    return Planned(
        message_id=key,
        release_at=when + timedelta(seconds=rule.merge_seconds),
        expires_at=until,
        waits=Waits.MERGE if rule.merge_seconds else Waits.NOT,
        topic=(rule.metric, "group", 1, 202611),
        reached=reached(rule.metric, threshold, 0),
        required=required,
        urgent=rule.urgency == "high",
        night=rule.night,
        mergeable=True,
        counted=not required,
        reason=None,
    )


def outcome(message: Planned, sent: int, now: datetime) -> tuple[str, Step]:
    (step,) = decide([message], sent, default_policy(), now)
    return OUTCOMES[step.to.value], step


def test_the_values_are_those_of_the_file() -> None:
    values = {name: str(value) for name, value in asdict(default_policy()).items()}
    del values["version"]
    assert {name.strip("`"): value for name, value in rows_of(PAGE, "value")} == values


@pytest.mark.parametrize(
    ("when", "code", "night", "until", "becomes", "then"), rows_of(PAGE, "planned at")
)
def test_quiet_hours(when: str, code: str, night: str, until: str, becomes: str, then: str) -> None:
    rule = rule_of(code)
    assert rule.night == (night == "yes")
    message = planned(1, rule, at(when), at(until))
    found, step = outcome(message, 0, message.release_at)
    assert found == becomes
    assert (step.until or message.release_at) == at(then)


@pytest.mark.parametrize(("messages", "carrier", "said"), rows_of(PAGE, "planned to one number"))
def test_merges(messages: str, carrier: str, said: str) -> None:
    names = listed(messages)
    rows = [_named(place, name) for place, name in enumerate(names, start=1)]
    found = bundle(rows)
    assert names[found.carrier - 1] == carrier
    assert [names[one - 1] for one in found.said] == listed(said)
    assert {found.carrier, *found.merged} == {row.message_id for row in rows}


def _named(place: int, name: str) -> Planned:
    percent = re.search(r" at (\d+) %", name)
    rule = rule_of(name.split(" ")[0])
    return planned(place, rule, NOON, None, int(percent[1]) if percent else None)


@pytest.mark.parametrize(("sent", "kind", "until", "becomes"), rows_of(PAGE, "went out today"))
def test_daily_numbers(sent: str, kind: str, until: str, becomes: str) -> None:
    rule = rule_of("step-up" if kind == "required" else "voice-100")
    found, step = outcome(planned(1, rule, NOON, at(until)), int(sent), NOON)
    assert found == becomes
    if becomes == "waits":
        assert step.until == at("2026-11-23 08:00")


def test_every_reason_to_withdraw_is_told() -> None:
    assert {reason.strip("`") for reason, _ in rows_of(PAGE, "reason")} == set(Reason)


def test_most_wait_a_minute_and_what_is_urgent_not_at_all() -> None:
    for rule in as_delivered().rules:
        assert rule.urgency == "normal" or rule.merge_seconds == 0
        assert rule.merge_seconds <= default_policy().merge_seconds
        assert rule.metric is not Metric.VOICE or rule.merge_seconds in (0, 60)
