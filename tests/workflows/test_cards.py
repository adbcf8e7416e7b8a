"""Cards that join a family, leave it and are given back, with a meter that counts meanwhile."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection

from tests.metering.pages import rows_of
from tests.parties.examples import a_line, an_account
from tests.usage.operators import drop, figures, meter, row, settle
from tests.workflows.told_facts import told_facts
from wanhao.communications.actions import set_opt_out
from wanhao.communications.deciding import live_opt_outs
from wanhao.parties.contracts import LineRole, PayType
from wanhao.parties.queries import lines_by_number, lines_of_groups, main_lines_of_groups
from wanhao.products.actions import load_catalogue
from wanhao.products.queries import codes_held, fees, holdings
from wanhao.usage.contracts import Crossing, Fact, FeesFact, LineFact, UsageCrossing
from wanhao.usage.local import LocalMeter
from wanhao.usage.models import QuarantinedRecord
from wanhao.usage.queries import meter_status
from wanhao.values.cycle import SHANGHAI, Cycle
from wanhao.values.errors import WanhaoError
from wanhao.workflows.add_card import add_card
from wanhao.workflows.give_back_number import give_back_number
from wanhao.workflows.move_card import move_card
from wanhao.workflows.open_accounts import AccountOrder, open_accounts
from wanhao.workflows.watch_thresholds import watch_thresholds

pytestmark = pytest.mark.django_db(transaction=True)
PLAN = "lexiang-4g-59"
MAIN, CARD = 16907920001, 16907930001
DECEMBER = 202612
VOICE = 0


def instant(told: str) -> datetime:
    """An instant of Asia/Shanghai."""
    return datetime.fromisoformat(told).replace(tzinfo=SHANGHAI).astimezone(UTC)


OPENED = instant("2026-11-22 12:00")
NOON = instant("2026-12-05 12:00")


class Sink:
    """Keeps what the meter found."""

    def __init__(self) -> None:
        self.seen: list[Crossing] = []

    def accept(self, batch: int, crossings: list[Crossing], now: datetime) -> None:
        self.seen += crossings


class Operator:
    """A family's main card and a card alone, in accounts of their own, and a meter with a clock."""

    def __init__(self, folder: Path) -> None:
        load_catalogue()
        accounts = [an_account(f"A{n}", (a_line(n),)) for n in (MAIN, CARD)]
        orders = [AccountOrder(account=one, offering_codes=(PLAN,)) for one in accounts]
        family, alone = open_accounts(orders, OPENED)
        watch_thresholds(OPENED)
        self.accounts = {"family": family.account_id, "first": alone.account_id}
        self.groups = {name: lines_by_number([n])[n].group_id for name, n in NAMED.items()}
        self.folder, self.sink, self.now, self.calls = folder, Sink(), OPENED, 0
        self.meter: LocalMeter = meter(folder, self.sink, clock=lambda: self.now)
        settle(self.meter)

    def wait(self, until: datetime) -> None:
        """Time goes by, and the meter does what is due meanwhile."""
        for moment in (Cycle.of(until).start + timedelta(minutes=n) for n in range(5)):
            self.now = max(self.now, min(moment, until))
            settle(self.meter)
        self.now = until
        settle(self.meter)

    def call(self, number: int, begins: datetime, minutes: int) -> str:
        """Deliver one call; what became of it."""
        self.calls += 1
        start, held = int(begins.timestamp()), QuarantinedRecord.objects.count()
        record = row(self.calls, number, quantity=60 * minutes, start=start)
        drop(self.folder, f"{self.calls}.csv", [record])
        settle(self.meter)
        if QuarantinedRecord.objects.count() > held:
            return QuarantinedRecord.objects.latest("id").reason
        assert meter_status(self.now).metered == self.calls - held
        return "metered"

    def change(self, what: str, number: int) -> None:
        """A card joins the family, leaves it, or is given back."""
        if what == "joins":
            move_card(number, self.groups["family"], None, self.now)
        elif what == "leaves":
            self.groups["last"] = move_card(number, None, PLAN, self.now).group_id
        else:
            give_back_number(number, self.now)
        settle(self.meter)

    def minutes(self, group: str) -> int:
        """What a group has used in the newest month."""
        if group not in self.groups:
            return 0
        return int(self.meter.state.current().totals[self._place(group), VOICE])

    def charged(self, account: str) -> int:
        """What the meter charges an account in the newest month, in fen."""
        place = self.meter.state.place_of_account[self.accounts[account]]
        return int(self.meter.state.current().charge[place])

    def owed(self, cycle: int) -> dict[str, list[tuple[str, str, int]]]:
        """What each group owes in a month: product, days, fen."""
        lines = fees(cycle, self.groups.values())
        return {
            name: [
                (line.offering_code, f"{line.days} of {line.of_days}", line.fee_fen)
                for line in lines.get(group, ())
            ]
            for name, group in self.groups.items()
        }

    def _place(self, group: str) -> int:
        return int(self.meter.state.place_of_group[self.groups[group]])


NAMED = {"family": MAIN, "first": CARD}


@pytest.fixture
def operator(tmp_path: Path) -> Iterator[Operator]:
    made = Operator(tmp_path)
    yield made
    made.meter.stop()


def news(before: list[Fact]) -> list[Fact]:
    return told_facts()[len(before) :]


def play(operator: Operator) -> None:
    """What the page of the rules tells, row by row, held against the meter."""
    for at, what, number, begins, minutes, outcome, *used in rows_of("families.md", "at"):
        operator.wait(instant(at))
        if what == "call":
            assert operator.call(int(number), instant(begins), int(minutes)) == outcome, at
        else:
            operator.change(what, int(number))
        groups = ("first", "family", "last")
        assert [operator.minutes(group) for group in groups] == list(map(int, used)), at


def test_a_record_counts_for_the_group_the_number_was_in_when_it_started(
    operator: Operator,
) -> None:
    play(operator)
    owed = operator.owed(DECEMBER)
    for group in ("first", "family", "last"):
        told = [found[1:] for found in rows_of("families.md", "group") if found[0] == group]
        assert owed[group] == [(code, days, int(fee)) for code, days, fee in told]
    # One account pays for the family and for the group of its own: 2 minutes beyond the 100.
    both = sum(fee for group in ("family", "last") for _, _, fee in owed[group])
    assert operator.charged("family") == both + 2 * 15
    assert operator.charged("first") == 761
    again = meter(operator.folder, Sink(), clock=lambda: operator.now)
    assert figures(again) == figures(operator.meter)
    again.stop()
    assert [line.number for line in lines_of_groups(operator.groups.values())] == [MAIN]


def test_nothing_is_owed_any_more_in_the_months_that_follow(operator: Operator) -> None:
    play(operator)
    operator.wait(instant("2027-01-02 12:00"))
    assert operator.owed(202701) == {"family": [(PLAN, "31 of 31", 5900)], "first": [], "last": []}
    assert (operator.charged("family"), operator.charged("first")) == (5900, 0)


def test_the_family_is_told_when_all_its_cards_together_have_used_80_per_cent(
    operator: Operator,
) -> None:
    operator.wait(NOON)
    assert operator.call(MAIN, NOON - timedelta(hours=5), 60) == "metered"
    operator.change("joins", CARD)
    assert operator.call(CARD, NOON, 19) == "metered"
    assert not any(isinstance(one, UsageCrossing) for one in operator.sink.seen)
    assert operator.call(CARD, NOON, 1) == "metered"
    (crossing,) = (one for one in operator.sink.seen if isinstance(one, UsageCrossing))
    assert (crossing.group_id, crossing.number) == (operator.groups["family"], CARD)
    assert (crossing.used, crossing.allowance, crossing.threshold) == (80, 100, 80)


def test_a_new_card_shares_the_plan_from_its_second_on(operator: Operator) -> None:
    operator.wait(NOON)
    family, new = operator.groups["family"], CARD + 1
    before = told_facts()
    line = add_card(family, new, NOON + timedelta(microseconds=700_000))
    assert (line.role, line.account_id) == (LineRole.SECONDARY, operator.accounts["family"])
    assert news(before) == [
        LineFact(number=new, group_id=family, since=int(NOON.timestamp())),
        FeesFact(
            account_id=operator.accounts["family"],
            cycle=DECEMBER,
            fee_fen=871,
            rent_fen=6900,
            rent_from=202701,
        ),
    ]
    settle(operator.meter)
    assert operator.call(new, NOON, 7) == "metered"
    assert operator.call(new, NOON - timedelta(seconds=1), 7) == "no-holder"
    assert operator.minutes("family") == 7
    assert operator.charged("family") == 5900 + 871


@pytest.mark.parametrize("row", rows_of("families.md", "joins"), ids=" ".join)
def test_a_secondary_card_costs_by_the_days_it_is_in_the_family(
    operator: Operator, row: tuple[str, ...]
) -> None:
    joins, leaves, month, days, fee = row
    operator.wait(instant(joins))
    operator.change("joins", CARD)
    if leaves != "never":
        operator.wait(instant(leaves))
        operator.change("leaves", CARD)
    operator.wait(max(operator.now, Cycle(int(month)).start + timedelta(hours=1)))
    owed = operator.owed(int(month))
    cards = [line for line in owed["family"] if line[0] == "secondary-card"]
    assert cards == ([] if days == "none" else [("secondary-card", days, int(fee))])
    of_account = [line for group in ("family", "last") for line in owed.get(group, [])]
    assert operator.charged("family") == sum(line[2] for line in of_account)


def test_four_secondary_cards_and_no_more(operator: Operator) -> None:
    family = operator.groups["family"]
    for place in range(1, 5):
        add_card(family, CARD + place, NOON)
    before = told_facts()
    with pytest.raises(WanhaoError, match="has 4 secondary cards"):
        add_card(family, CARD + 5, NOON)
    with pytest.raises(WanhaoError, match="has 4 secondary cards"):
        move_card(CARD, family, None, NOON)
    assert news(before) == []
    assert codes_held([operator.groups["first"]], NOON)[operator.groups["first"]] == {PLAN}
    give_back_number(CARD + 2, NOON + timedelta(days=1))
    move_card(CARD, family, None, NOON + timedelta(days=1))
    assert len(lines_of_groups([family])) == 5


def test_of_many_that_want_the_last_places_at_once_four_get_one(operator: Operator) -> None:
    family = operator.groups["family"]
    refused: list[str] = []

    def clerk(number: int) -> None:
        try:
            add_card(family, number, NOON)
        except WanhaoError as error:
            refused.append(error.message)
        finally:
            connection.close()

    clerks = [threading.Thread(target=clerk, args=(CARD + 1 + n,)) for n in range(6)]
    for thread in clerks:
        thread.start()
    for thread in clerks:
        thread.join(30)
    assert refused == [f"Group {family} has 4 secondary cards, as many as it may have."] * 2
    assert len(lines_of_groups([family])) == 5
    assert len(operator.owed(DECEMBER)["family"]) == 5


def test_a_card_goes_from_one_family_into_another(operator: Operator) -> None:
    family, other = operator.groups["family"], operator.groups["first"]
    operator.wait(NOON)
    add_card(family, CARD + 1, NOON)
    before = told_facts()
    move_card(CARD + 1, other, None, NOON + timedelta(days=10))
    link, *fees_told = news(before)
    assert link == LineFact(
        number=CARD + 1, group_id=other, since=int(NOON.timestamp()) + 10 * 86_400
    )
    assert {(fact.account_id, fact.fee_fen, fact.rent_fen) for fact in fees_told} == {
        (operator.accounts["family"], 323 - 871, 5900),
        (operator.accounts["first"], 548, 6900),
    }
    settle(operator.meter)
    assert operator.charged("family") == 5900 + 323


def test_a_main_card_leaves_last(operator: Operator) -> None:
    family, other = operator.groups["family"], operator.groups["first"]
    add_card(family, CARD + 1, NOON)
    for leaves in (
        lambda: move_card(MAIN, other, None, NOON),
        lambda: move_card(MAIN, None, PLAN, NOON),
        lambda: give_back_number(MAIN, NOON),
    ):
        with pytest.raises(WanhaoError, match="which has secondary cards"):
            leaves()
    give_back_number(CARD + 1, NOON)
    move_card(MAIN, other, None, NOON)
    assert main_lines_of_groups([family]) == {}
    assert holdings([family], NOON) == {}
    with pytest.raises(WanhaoError, match=f"Group {family} has no line"):
        move_card(MAIN, family, None, NOON)


def test_what_is_asked_for_has_to_make_sense(operator: Operator) -> None:
    family = operator.groups["family"]
    before = told_facts()
    for number, group, plan, said in (
        (CARD, family, PLAN, "either a group to join or a plan of its own"),
        (CARD, None, None, "either a group to join or a plan of its own"),
        (CARD, None, PLAN, f"{CARD} is in no family"),
        (CARD, operator.groups["first"], None, "already"),
        (CARD + 9, family, None, f"Nobody uses the number {CARD + 9}"),
    ):
        with pytest.raises(WanhaoError, match=said):
            move_card(number, group, plan, NOON)
    with pytest.raises(WanhaoError, match="belongs to a line"):
        add_card(family, CARD, NOON)
    add_card(family, CARD + 1, NOON)
    with pytest.raises(WanhaoError, match="'data-pack-10' goes with a plan"):
        move_card(CARD + 1, None, "data-pack-10", NOON)
    assert len(news(before)) == 2
    assert lines_by_number([CARD + 1])[CARD + 1].group_id == family


def test_the_fee_that_ends_is_the_one_that_began_with_the_card(operator: Operator) -> None:
    family = operator.groups["family"]
    later = NOON + timedelta(days=5)
    add_card(family, CARD + 1, NOON)
    add_card(family, CARD + 2, later)
    give_back_number(CARD + 2, later + timedelta(days=10))
    assert operator.owed(DECEMBER)["family"][1:] == [
        ("secondary-card", "27 of 31", 871),
        ("secondary-card", "10 of 31", 323),
    ]


def test_a_family_that_was_taken_over_keeps_the_fees_of_the_cards_that_stay() -> None:
    load_catalogue()
    lines = (a_line(MAIN), *(a_line(CARD + n, LineRole.SECONDARY) for n in range(3)))
    order = AccountOrder(account=an_account("F", lines), offering_codes=(PLAN,))
    (family,) = open_accounts([order], OPENED)
    group = family.groups[0].group_id
    add_card(group, CARD + 3, NOON)
    give_back_number(CARD, NOON)
    assert "secondary-card" in codes_held([group], NOON)[group]
    give_back_number(CARD + 3, NOON)
    assert "secondary-card" not in codes_held([group], NOON)[group]


def test_what_was_switched_off_stays_so_when_a_card_moves(operator: Operator) -> None:
    old = lines_by_number([CARD])[CARD]
    set_opt_out(old.line_id, "voice-80", True, NOON)
    new = move_card(CARD, operator.groups["family"], None, NOON)
    assert live_opt_outs([new.line_id]) == {(new.line_id, "voice-80")}


def test_other_groups_of_the_account_stay_as_they_are() -> None:
    load_catalogue()
    numbers = [(a_line(CARD + n),) for n in range(3)]
    company = an_account("C", *numbers, pay_type=PayType.POSTPAID)
    (opened,) = open_accounts([AccountOrder(account=company, offering_codes=(PLAN,) * 3)], OPENED)
    first, *others = [group.group_id for group in opened.groups]
    before, held = told_facts(), holdings(others, NOON)
    give_back_number(CARD, NOON)
    link, fees_told = news(before)
    assert link == LineFact(number=CARD, group_id=0, since=int(NOON.timestamp()))
    # 4 of 31 days of the plan are owed, not the whole month that its rent had charged.
    assert fees_told == FeesFact(
        account_id=opened.account_id,
        cycle=DECEMBER,
        fee_fen=761 - 5900,
        rent_fen=2 * 5900,
        rent_from=202701,
    )
    assert holdings(others, NOON) == held
    assert holdings([first], NOON) == {}


@pytest.mark.usefixtures("billed_elsewhere")
def test_where_billing_is_foreign_a_number_is_given_back_and_no_fee_told() -> None:
    load_catalogue()
    order = AccountOrder(account=an_account("A", (a_line(CARD),)), offering_codes=(PLAN,))
    (opened,) = open_accounts([order], OPENED)
    before = told_facts()
    with pytest.raises(WanhaoError, match="Cards are added"):
        add_card(opened.groups[0].group_id, CARD + 1, NOON)
    with pytest.raises(WanhaoError, match="Cards are moved"):
        move_card(CARD, opened.groups[0].group_id, None, NOON)
    give_back_number(CARD, NOON)
    assert news(before) == [LineFact(number=CARD, group_id=0, since=int(NOON.timestamp()))]
