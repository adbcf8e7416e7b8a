"""What is owed is done on time and once; what fails is tried again; what is held waits."""

from collections.abc import Sequence
from datetime import datetime

import pytest
from django.db import connection

from tests.promises.examples import HOUR, NOON, SECOND, Kept, promised
from wanhao.promises.actions import keep_due, make, move, prune, release, try_again, withdraw
from wanhao.promises.contracts import DuePromise, PromiseState
from wanhao.promises.keeping import MOST_ATTEMPTS, pause_after
from wanhao.promises.pruning import KEPT_FOR
from wanhao.promises.queries import (
    lateness,
    latest_stuck,
    next_due,
    overdue,
    promises,
    waiting,
)
from wanhao.promises.states import MOVES, may_come_from
from wanhao.values.errors import WanhaoError

pytestmark = pytest.mark.django_db
KIND = "call-back"


def state_of(key: str) -> PromiseState:
    return promises(KIND, [key])[key].state


def test_a_promise_is_kept_when_it_is_due_and_not_before() -> None:
    keeper = Kept()
    make([promised("a", NOON), promised("b", NOON + HOUR)], NOON - HOUR)
    assert keep_due({KIND: keeper}, NOON - SECOND) == 0
    assert next_due([KIND]) == NOON
    assert keep_due({KIND: keeper}, NOON) == 1
    assert keep_due({KIND: keeper}, NOON) == 0
    assert keeper.calls == [["a"]]
    assert state_of("a") is PromiseState.KEPT
    assert next_due([KIND]) == NOON + HOUR


def test_all_that_is_due_comes_in_one_call_in_the_order_of_its_time() -> None:
    keeper = Kept()
    make([promised("late", NOON - SECOND), promised("early", NOON - HOUR)], NOON - HOUR)
    assert keep_due({KIND: keeper}, NOON) == 2
    assert keeper.calls == [["early", "late"]]


def test_a_promise_comes_with_what_was_said() -> None:
    keeper = Kept()
    payload = {"after": 7, "names": ["乐享", "飞Young"], "more": {"yes": True, "none": None}}
    make([promised("a", payload=payload)], NOON)
    keep_due({KIND: keeper}, NOON)
    (seen,) = keeper.seen
    assert (seen.kind, seen.key, seen.due_at, seen.attempts) == (KIND, "a", NOON, 0)
    assert seen.payload == payload


def test_a_promise_is_made_once_whatever_became_of_it() -> None:
    keeper = Kept()
    assert make([promised("a"), promised("a", NOON + HOUR), promised("b")], NOON) == 2
    keep_due({KIND: keeper}, NOON)
    withdraw(KIND, ["b"], NOON)
    assert make([promised("a"), promised("b"), promised("c")], NOON) == 1
    assert make([], NOON) == 0
    assert keep_due({KIND: keeper}, NOON + HOUR) == 1
    assert keeper.calls == [["a", "b"], ["c"]]


def test_only_the_kinds_that_have_a_keeper_are_claimed() -> None:
    keeper = Kept()
    make([promised("a"), promised("a", kind="slow")], NOON)
    assert keep_due({KIND: keeper}, NOON) == 1
    assert overdue(NOON) == {"slow": 1}
    assert keep_due({}, NOON) == 0


def test_a_call_takes_no_more_than_it_may() -> None:
    keeper = Kept()
    make([promised(str(n), NOON + n * SECOND) for n in range(5)], NOON)
    taken = [keep_due({KIND: keeper}, NOON + HOUR, limit=2) for _ in range(4)]
    assert taken == [2, 2, 1, 0]
    assert keeper.calls == [["0", "1"], ["2", "3"], ["4"]]


def test_a_promise_may_be_moved_while_it_is_not_kept() -> None:
    keeper = Kept()
    make([promised("a")], NOON - HOUR)
    assert move(KIND, "a", NOON + HOUR, NOON)
    assert keep_due({KIND: keeper}, NOON) == 0
    assert keep_due({KIND: keeper}, NOON + HOUR) == 1
    assert not move(KIND, "a", NOON, NOON)
    assert not move(KIND, "nobody", NOON, NOON)


def test_what_is_withdrawn_is_not_kept_and_what_is_kept_is_not_withdrawn() -> None:
    keeper = Kept()
    make([promised("a"), promised("b"), promised("c", held=True)], NOON)
    assert withdraw(KIND, ["a", "c", "nobody"], NOON) == 2
    assert keep_due({KIND: keeper}, NOON) == 1
    assert withdraw(KIND, ["a", "b"], NOON) == 0
    assert keeper.calls == [["b"]]
    assert release(KIND, ["c"], NOON) == 0


def test_what_is_held_waits_however_late_it_is() -> None:
    keeper = Kept()
    make([promised("a", held=True), promised("b", NOON + HOUR, held=True)], NOON)
    assert waiting(PromiseState.HELD) == {KIND: 2}
    assert keep_due({KIND: keeper}, NOON + 2 * HOUR) == 0
    assert release(KIND, ["a", "b"], NOON + SECOND) == 2
    assert keep_due({KIND: keeper}, NOON) == 0
    assert keep_due({KIND: keeper}, NOON + SECOND) == 1
    assert keep_due({KIND: keeper}, NOON + HOUR) == 1
    assert keeper.calls == [["a"], ["b"]]
    assert release(KIND, ["a", "b"], NOON) == 0


def test_one_that_fails_does_not_keep_the_others_from_it() -> None:
    keeper = Kept("b")
    make([promised("a"), promised("b"), promised("c")], NOON)
    assert keep_due({KIND: keeper}, NOON) == 3
    assert keeper.calls == [["a", "b", "c"], ["a"], ["b"], ["c"]]
    assert [state_of(key) for key in "abc"] == ["kept", "open", "kept"]
    failed = promises(KIND, ["b"])["b"]
    assert (failed.attempts, failed.error) == (1, "ValueError: no luck with b")
    assert (failed.due_at, failed.next_at) == (NOON, NOON + 5 * SECOND)


def test_what_a_failing_keeper_wrote_is_undone() -> None:
    def writes_and_fails(due: Sequence[DuePromise], now: datetime) -> None:
        make([promised("written", kind="other")], now)
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")

    make([promised("a")], NOON)
    assert keep_due({KIND: writes_and_fails}, NOON) == 1
    assert promises("other", ["written"]) == {}
    assert "division by zero" in promises(KIND, ["a"])["a"].error


def test_the_pauses_between_attempts_grow_to_an_hour() -> None:
    seconds = [pause_after(n).total_seconds() for n in range(1, MOST_ATTEMPTS + 1)]
    assert seconds == [5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560]
    assert pause_after(30) == HOUR


def test_one_that_always_fails_waits_for_a_person_in_the_end() -> None:
    keeper, now = Kept("a"), NOON
    make([promised("a")], NOON)
    for _ in range(MOST_ATTEMPTS):
        assert keep_due({KIND: keeper}, now) == 1
        now += HOUR
    assert [promise.attempts for promise in keeper.seen] == list(range(MOST_ATTEMPTS))
    assert keep_due({KIND: keeper}, now + 1000 * HOUR) == 0
    (stuck,) = latest_stuck(5)
    assert (stuck.key, stuck.state, stuck.attempts) == ("a", PromiseState.STUCK, MOST_ATTEMPTS)
    assert waiting(PromiseState.STUCK) == {KIND: 1}

    keeper.failing.clear()
    try_again(stuck.promise_id, now)
    assert keep_due({KIND: keeper}, now) == 1
    assert state_of("a") is PromiseState.KEPT
    with pytest.raises(WanhaoError, match="not stuck"):
        try_again(stuck.promise_id, now)


def test_a_keeper_may_make_the_next_promise() -> None:
    def next_chunk(due: Sequence[DuePromise], now: datetime) -> None:
        for promise in due:
            after = int(str(promise.payload["after"])) + 1
            if after < 4:
                make([promised(f"day:{after}", now, payload={"after": after})], now)

    make([promised("day:0", payload={"after": 0})], NOON)
    rounds = 0
    while keep_due({KIND: next_chunk}, NOON):
        rounds += 1
    assert rounds == 4
    assert next_due([KIND]) is None


def test_lateness_is_what_promises_were_kept_after_their_time() -> None:
    make([promised(str(n), NOON - n * SECOND) for n in range(100)], NOON)
    make([promised("withdrawn", NOON - HOUR)], NOON)
    withdraw(KIND, ["withdrawn"], NOON)
    keep_due({KIND: Kept()}, NOON)
    late = lateness(NOON - SECOND)
    assert (late.kept, late.median, late.p99, late.worst) == (100, 49.0, 98.0, 99.0)
    assert lateness(NOON).kept == 0


def test_what_was_settled_five_months_ago_is_forgotten_and_nothing_else() -> None:
    make([promised(key) for key in ("old", "older", "gone")], NOON)
    make([promised("open", NOON + KEPT_FOR), promised("held", held=True)], NOON)
    withdraw(KIND, ["gone"], NOON)
    keep_due({KIND: Kept()}, NOON)
    make([promised("young")], NOON)
    keep_due({KIND: Kept()}, NOON + SECOND)
    assert not prune(NOON + KEPT_FOR)
    later = NOON + KEPT_FOR + SECOND
    assert prune(later, limit=2)
    assert prune(later, limit=2)
    assert not prune(later, limit=2)
    left = promises(KIND, ["old", "older", "gone", "open", "held", "young"])
    assert sorted(left) == ["held", "open", "young"]


def test_the_end_is_the_end() -> None:
    assert all(not MOVES[state] for state in (PromiseState.KEPT, PromiseState.WITHDRAWN))
    assert set(MOVES) == set(PromiseState)
    assert may_come_from(PromiseState.KEPT) == (PromiseState.OPEN,)
