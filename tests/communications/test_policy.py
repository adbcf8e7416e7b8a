"""What becomes of planned messages at a moment, as a table of cases and as a rule for all cases."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wanhao.communications.contracts import ContactPolicy, MessageState, Metric, Reason, Waits
from wanhao.communications.merging import reached
from wanhao.communications.policy import Planned, Step, decide
from wanhao.communications.quiet import quiet_end
from wanhao.values.cycle import SHANGHAI

POLICY = ContactPolicy(
    quiet_from="22:00",
    quiet_until="08:00",
    daily_cap=5,
    merge_seconds=300,
    second_channel_minutes=10,
)
NOON = datetime(2026, 11, 22, 12, tzinfo=SHANGHAI)
NIGHT = NOON.replace(hour=23)
MORNING = datetime(2026, 11, 23, 8, tzinfo=SHANGHAI)
VOICE_80 = Planned(
    message_id=1,
    release_at=NOON,
    expires_at=None,
    waits=Waits.MERGE,
    topic=(Metric.VOICE, "group", 1, 202611),
    reached=reached(Metric.VOICE, 80, 0),
    required=False,
    urgent=False,
    night=False,
    mergeable=True,
    counted=True,
    reason=None,
)
VOICE_100 = replace(
    VOICE_80,
    message_id=2,
    waits=Waits.NOT,
    reached=reached(Metric.VOICE, 100, 0),
    urgent=True,
    night=True,
)
STEP_UP = replace(
    VOICE_100,
    message_id=3,
    topic=(Metric.STEP_UP, "group", 1, 202611),
    reached=reached(Metric.STEP_UP, None, 1),
    required=True,
    counted=False,
)


def steps(*messages: Planned, sent: int = 0, now: datetime = NOON) -> dict[int, Step]:
    return {step.message_id: step for step in decide(messages, sent, POLICY, now)}


def states(found: dict[int, Step]) -> dict[int, str]:
    return {key: step.to.value for key, step in found.items()}


def test_at_night_only_what_is_urgent_enough_goes_out() -> None:
    found = steps(VOICE_80, STEP_UP, now=NIGHT)
    assert states(found) == {1: "planned", 3: "released"}
    assert (found[1].waits, found[1].until) == (Waits.QUIET, MORNING)


def test_what_would_not_be_true_in_the_morning_is_withdrawn_at_night() -> None:
    (step,) = steps(replace(VOICE_80, expires_at=MORNING), now=NIGHT).values()
    assert (step.to, step.reason) == (MessageState.WITHDRAWN, Reason.TOO_LATE_AFTER_QUIET)


def test_the_sixth_comfort_message_of_a_day_waits_for_the_next() -> None:
    assert states(steps(VOICE_80, sent=4)) == {1: "released"}
    (step,) = steps(VOICE_80, sent=5).values()
    assert (step.to, step.waits, step.until) == (MessageState.PLANNED, Waits.CAP, MORNING)
    (step,) = steps(replace(VOICE_80, expires_at=MORNING), sent=5).values()
    assert (step.to, step.reason) == (MessageState.WITHDRAWN, Reason.TOO_MANY)


def test_a_required_message_goes_out_however_many_there_were() -> None:
    assert states(steps(STEP_UP, sent=99)) == {3: "released"}


def test_what_waits_for_another_day_goes_along_with_a_required_message() -> None:
    tired = replace(VOICE_80, waits=Waits.CAP, release_at=MORNING)
    found = steps(tired, STEP_UP, sent=5)
    assert states(found) == {1: "merged", 3: "released"}
    assert found[1].carrier == 3


def test_what_waits_for_company_goes_with_the_first_that_is_due() -> None:
    waiting = replace(VOICE_80, release_at=NOON + timedelta(seconds=50))
    assert steps(waiting) == {}
    assert states(steps(waiting, VOICE_100)) == {1: "merged", 2: "released"}


def test_what_has_no_short_form_goes_alone() -> None:
    alone = replace(VOICE_100, mergeable=False)
    assert states(steps(VOICE_80, alone)) == {1: "released", 2: "released"}


def test_the_required_one_carries_and_then_the_urgent_one() -> None:
    found = steps(VOICE_80, VOICE_100, STEP_UP)
    assert states(found) == {1: "merged", 2: "merged", 3: "released"}
    assert states(steps(VOICE_80, VOICE_100)) == {1: "merged", 2: "released"}


def test_no_quiet_hours_when_both_times_are_the_same() -> None:
    open_all_day = replace(POLICY, quiet_from="00:00", quiet_until="00:00")
    assert quiet_end(open_all_day, NIGHT) is None


@pytest.mark.parametrize(
    ("time", "quiet_until"),
    [
        ("21:59:59", None),
        ("22:00:00", "2026-11-23T08:00:00+08:00"),
        ("23:59:59", "2026-11-23T08:00:00+08:00"),
        ("00:00:00", "2026-11-22T08:00:00+08:00"),
        ("07:59:59", "2026-11-22T08:00:00+08:00"),
        ("08:00:00", None),
    ],
)
def test_quiet_hours_begin_and_end_sharp(time: str, quiet_until: str | None) -> None:
    found = quiet_end(POLICY, datetime.fromisoformat(f"2026-11-22T{time}+08:00"))
    assert (found.isoformat() if found else None) == quiet_until


@dataclass(frozen=True)
class Day:
    messages: tuple[Planned, ...]
    sent: int
    now: datetime


@st.composite
def days(draw: st.DrawFn) -> Day:
    now = NOON + timedelta(minutes=draw(st.integers(-720, 1440)))
    near = st.integers(-120, 120).map(lambda minutes: now + timedelta(minutes=minutes))
    messages = tuple(
        Planned(
            message_id=key,
            release_at=draw(near),
            expires_at=draw(st.none() | near),
            waits=draw(st.sampled_from(Waits)),
            topic=draw(st.none() | st.just((Metric.DATA, "group", 1, 202611))),
            reached=reached(Metric.DATA, draw(st.sampled_from([80, 100])), 0),
            required=(required := draw(st.booleans())),
            urgent=draw(st.booleans()),
            night=draw(st.booleans()),
            mergeable=draw(st.booleans()),
            counted=not required,
            reason=draw(st.none() | st.just(Reason.PAID)),
        )
        for key in range(draw(st.integers(1, 8)))
    )
    return Day(messages, draw(st.integers(0, 7)), now)


@given(days())
def test_every_message_that_is_due_gets_one_step_and_the_policy_is_kept(day: Day) -> None:
    found = decide(day.messages, day.sent, POLICY, day.now)
    by_id = {one.message_id: one for one in day.messages}
    assert len({step.message_id for step in found}) == len(found)
    due = {one.message_id for one in day.messages if one.release_at <= day.now}
    assert due <= {step.message_id for step in found}

    out = {step.message_id for step in found if step.to is MessageState.RELEASED}
    quiet = quiet_end(POLICY, day.now) is not None
    assert all(by_id[one].night for one in out) or not quiet
    assert not any(by_id[one].reason for one in out)
    comfort = sum(by_id[one].counted for one in out)
    assert comfort <= max(POLICY.daily_cap - day.sent, 0)
    for step in found:
        if step.to is MessageState.MERGED:
            assert step.carrier in out
            assert by_id[step.carrier].required or not by_id[step.message_id].required
        elif step.to is MessageState.PLANNED:
            assert step.until is not None
            assert step.until > day.now
        elif step.to is MessageState.WITHDRAWN:
            assert step.reason is not None
