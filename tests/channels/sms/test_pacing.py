"""Submits are spread evenly; delays grow and start again."""

from wanhao.channels.sms.pacing import Backoff, Pacer


def test_slots_are_evenly_spread() -> None:
    pacer = Pacer(10.0)
    assert [round(pacer.slot(100.0), 3) for _ in range(4)] == [100.0, 100.1, 100.2, 100.3]


def test_time_that_passed_unused_is_not_made_up_for() -> None:
    pacer = Pacer(10.0)
    pacer.slot(100.0)
    assert [round(pacer.slot(200.0), 3) for _ in range(2)] == [200.0, 200.1]


def test_delays_double_up_to_the_longest() -> None:
    backoff = Backoff(1.0, 6.0, chance=lambda: 1.0)
    assert [backoff.next() for _ in range(4)] == [1.0, 2.0, 4.0, 6.0]


def test_jitter_takes_at_most_half() -> None:
    backoff = Backoff(1.0, 6.0, chance=lambda: 0.0)
    assert [backoff.next() for _ in range(3)] == [0.5, 1.0, 2.0]


def test_success_starts_the_delays_again() -> None:
    backoff = Backoff(1.0, 6.0, chance=lambda: 1.0)
    backoff.next()
    backoff.reset()
    assert backoff.next() == 1.0
