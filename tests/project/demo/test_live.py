"""What the cast do while the demo runs."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from tests.project.demo.plain_loop import PLANS, charge, count
from wanhao.products.catalogue import read_catalogue
from wanhao.project.demo.cast import cast, cast_accounts
from wanhao.project.demo.history import cast_history
from wanhao.project.demo.live import LiveCast
from wanhao.project.demo.notebook import Notebook
from wanhao.project.demo.usage_files import UsageRecord
from wanhao.values.cycle import Cycle

START = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
YUAN, DENG, SHU, TAN, XIONG = (
    16907940001,
    16907930002,
    16907950002,
    16907990001,
    16907980002,
)


class Purse:
    """A till that keeps the payments in memory."""

    def __init__(self) -> None:
        self.paid: dict[str, tuple[int, int]] = {}
        self.opening = {
            member.number: account.opening_balance_fen
            for account in cast_accounts()
            for group in account.groups
            for member in group
        }

    def balance_fen(self, number: int) -> int:
        return self.opening[number] + sum(fen for who, fen in self.paid.values() if who == number)

    def pay(self, number: int, fen: int, reference: str, now: datetime) -> None:
        assert reference not in self.paid
        self.paid[reference] = (number, fen)


def play(folder, purse: Purse, minutes: int, start: datetime = START) -> list[UsageRecord]:
    """Let the demo run; each record is kept with the moment it was made as its start."""
    live = LiveCast(Notebook(folder / "inbox"), purse, read_catalogue(), start)
    records = []
    for second in range(0, minutes * 60, 5):
        records.extend(live.due(start + timedelta(seconds=second)))
    return records


def told(records: list[UsageRecord]) -> dict[int, set[str]]:
    """What the live steps add to what the month so far led to."""
    history = cast_history(Cycle.of(START), START - timedelta(hours=3))
    before, after = count(history).told, count([*history, *records]).told
    return {number: after[number] - before.get(number, set()) for number in after}


def test_the_gamer_is_told_within_the_first_minute(tmp_path):
    assert told(play(tmp_path, Purse(), 1))[YUAN] == {"data-80"}


def test_the_gamer_has_used_it_up_after_about_three_minutes(tmp_path):
    assert told(play(tmp_path, Purse(), 4))[YUAN] == {"data-80", "data-100"}


def test_courier_and_pupil_follow_within_a_quarter_of_an_hour(tmp_path):
    reached = told(play(tmp_path, Purse(), 15))
    assert reached[DENG] == {"voice-80", "voice-100"}
    assert reached[SHU] == {"message-80", "message-100"}


def test_the_still_members_stay_where_they_are(tmp_path):
    moving = {member.number for member in cast() if member.live or member.rounds}
    assert {record.number for record in play(tmp_path, Purse(), 30)} <= moving


def test_the_taxi_driver_falls_below_15_yuan_and_tops_up_again_and_again(tmp_path):
    purse = Purse()
    records = play(tmp_path, purse, 32)
    assert [fen for who, fen in purse.paid.values() if who == TAN] == [2000] * 7
    assert 1400 <= left(TAN, purse, records) <= 3600


def test_the_breakfast_seller_falls_below_5_yuan_before_topping_up(tmp_path):
    purse = Purse()
    records = play(tmp_path, purse, 32)
    assert [fen for who, fen in purse.paid.values() if who == XIONG] == [3000] * 5
    assert 400 <= left(XIONG, purse, records) <= 3600


def left(number: int, purse: Purse, records: list[UsageRecord]) -> int:
    member = next(member for member in cast() if member.number == number)
    history = cast_history(Cycle.of(START), START)
    used: Counter[str] = Counter()
    for record in [*history, *records]:
        if record.number == number and record.service == "data":
            used["data"] += record.quantity
    return purse.balance_fen(number) - charge(PLANS[member.plan], used)


def test_a_restart_neither_repeats_a_step_nor_a_payment(tmp_path):
    purse = Purse()
    first = play(tmp_path, purse, 20)
    second = play(tmp_path, purse, 20, start=START + timedelta(minutes=20))
    assert YUAN not in {record.number for record in second}
    ids = [record.record_id for record in [*first, *second]]
    assert len(set(ids)) == len(ids)


def test_records_made_live_are_never_in_the_future(tmp_path):
    live = LiveCast(Notebook(tmp_path / "inbox"), Purse(), read_catalogue(), START)
    for second in range(0, 1200, 5):
        now = START + timedelta(seconds=second)
        for record in live.due(now):
            assert record.start <= now.timestamp()
