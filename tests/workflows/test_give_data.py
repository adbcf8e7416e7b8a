"""Data that is given: the page's story through a running meter, and what else may happen."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from tests.metering.pages import rows_of
from tests.usage.operators import figures, meter, settle
from tests.workflows.givers import (
    FAMILY_CARD,
    GIVER,
    MB,
    OTHER,
    RECEIVER,
    Givers,
    Sink,
    instant,
    texts_to,
)
from wanhao.billing.line_stops import stop_line
from wanhao.billing.stop_contracts import LineStopKind, NewStop
from wanhao.billing.stops import begin_stops
from wanhao.parties.queries import lines_by_number
from wanhao.products.gift_contracts import DataGiftView
from wanhao.products.gifting import data_gifts
from wanhao.products.models import DataGift
from wanhao.products.queries import holdings
from wanhao.usage import ports
from wanhao.usage.actions import settle_late_usage
from wanhao.usage.contracts import Service, UsageCrossing
from wanhao.usage.cycles import CLOSES_AFTER
from wanhao.usage.models import LateUsage
from wanhao.usage.ports import OutOfReachError, provide_reader
from wanhao.usage.use_contracts import UseSoFar
from wanhao.values.cycle import Cycle
from wanhao.values.errors import WanhaoError
from wanhao.workflows.change_plan import change_plan
from wanhao.workflows.give_back_number import give_back_number
from wanhao.workflows.give_data import give_data
from wanhao.workflows.order_product import order_product

pytestmark = pytest.mark.django_db(transaction=True)
DECEMBER, JANUARY = 202612, 202701
NOON = instant("2026-12-05 12:00")
NUMBERS = {"giver": GIVER, "receiver": RECEIVER}


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Givers]:
    usual = ports.usage_reader()
    made = Givers(tmp_path)
    yield made
    made.meter.stop()
    provide_reader(usual)


@pytest.fixture
def givers(opened: Givers) -> Givers:
    opened.wait(NOON)
    return opened


def gives(
    givers: Givers, mb: int, giver: int = GIVER, receiver: int = RECEIVER, reference: str = ""
) -> DataGiftView:
    """A gift that the meter has not heard of yet."""
    reference = reference or f"G{DataGift.objects.count()}"
    return give_data(giver, receiver, mb, reference, givers.now)


def given(givers: Givers, mb: int) -> None:
    """A gift that the meter knows of."""
    gives(givers, mb)
    settle(givers.meter)


def refused(givers: Givers, why: str, mb: int = 1, giver: int = GIVER, to: int = RECEIVER) -> None:
    """It is refused, and nothing of it is left."""
    before = DataGift.objects.count()
    with pytest.raises(WanhaoError, match=why):
        gives(givers, mb, giver, to, "refused")
    assert DataGift.objects.count() == before


def done(givers: Givers, what: str, who: int, mb: int) -> str:
    """One row of the story; its outcome."""
    if what.startswith("used on"):
        before = instant("2026-12-04 10:00" if "4th" in what else "2026-12-31 10:00")
        givers.uses(who, mb, before)
        return "-"
    if what == "uses":
        givers.uses(who, mb)
        return "-"
    try:
        gives(givers, mb, who, RECEIVER if who == GIVER else GIVER)
    except WanhaoError as error:
        return error.message
    settle(givers.meter)
    return "given"


def test_the_story_of_the_page(tmp_path: Path, opened: Givers) -> None:
    givers = opened
    for at, what, who, mb, outcome, *came_to in rows_of("data-gifts.md", "at"):
        givers.wait(instant(at))
        assert done(givers, what, NUMBERS[who], int(mb)) == outcome, at
        giver, receiver = givers.data(GIVER), givers.data(RECEIVER)
        found = [giver[name] for name in ("left", "beyond", "fen")]
        found += [receiver[name] for name in ("gifts", "plan", "beyond")]
        assert found == list(map(int, came_to)), at
    again = meter(tmp_path, Sink(), clock=lambda: givers.now)
    assert figures(again) == figures(givers.meter)
    again.stop()


def test_the_receiver_is_told_once_with_the_givers_number_masked(givers: Givers) -> None:
    first = gives(givers, 100, reference="R1")
    assert gives(givers, 100, reference="R1") == first
    assert texts_to(RECEIVER) == ["169****0001 gave you 100MB of data, good until this month ends."]
    assert texts_to(GIVER) == []
    assert [gift.mb for gift in data_gifts([first.giver_group], DECEMBER)] == [100]


def test_a_gift_without_a_reference_could_happen_twice_and_does_not(givers: Givers) -> None:
    with pytest.raises(WanhaoError, match="needs a reference"):
        give_data(GIVER, RECEIVER, 1, "", givers.now)
    assert not DataGift.objects.exists()


def test_two_gifts_before_the_meter_knows_of_the_first_do_not_give_the_same_twice(
    givers: Givers,
) -> None:
    givers.uses(GIVER, 100)
    gives(givers, 300)
    refused(givers, "Only 80 MB of the plan's data", 81)
    gives(givers, 80)
    settle(givers.meter)
    assert givers.data(GIVER)["left"] == 20


def test_what_is_received_is_not_given_on(givers: Givers) -> None:
    given(givers, 400)
    givers.uses(RECEIVER, 450)
    refused(givers, "Only 430 MB of the plan's data", 431, giver=RECEIVER, to=GIVER)


class Earlier:
    """A reader of the meter that still sees what was read before."""

    def __init__(self, use: UseSoFar | None) -> None:
        self.use = use

    def use_of(self, group_id: int) -> UseSoFar | None:
        if self.use is None:
            raise OutOfReachError("What the meter has counted cannot be read.", "Start it.")
        return self.use

    def uses_of(self, group_ids: list[int]) -> dict[int, UseSoFar]:
        return {group: self.use for group in group_ids if self.use is not None}


def test_what_is_counted_between_the_look_and_the_gift_is_never_charged(givers: Givers) -> None:
    provide_reader(Earlier(givers.reader.use_of(givers.group(GIVER))))
    givers.uses(GIVER, 490)
    given(givers, 400)
    assert givers.data(GIVER) | {"left": 0, "fen": 0} == givers.data(GIVER)
    givers.uses(GIVER, 1)
    assert givers.data(GIVER)["fen"] == 30


def test_a_meter_that_is_behind_elsewhere_or_away_gives_nothing(givers: Givers) -> None:
    use = givers.reader.use_of(givers.group(GIVER))
    assert use is not None
    late = replace(use, as_of=givers.now - timedelta(minutes=15, seconds=1))
    for seen in (late, replace(use, cycle=202611)):
        provide_reader(Earlier(seen))
        refused(givers, "not up to date")
    provide_reader(Earlier(None))
    refused(givers, "cannot be read")


def test_only_holders_of_plans_of_their_own_choice_give_and_are_given(givers: Givers) -> None:
    stranger = 16907999999
    for receiver in (OTHER, GIVER, stranger):
        refused(givers, "This number cannot be given data", to=receiver)
    refused(givers, "Only holders of a plan", giver=OTHER)
    refused(givers, "Only the main card", giver=FAMILY_CARD)
    refused(givers, "Only the main card", giver=stranger)


def test_who_is_stopped_for_debt_neither_gives_nor_is_given(givers: Givers) -> None:
    use = givers.reader.use_of(givers.group(GIVER))
    assert use is not None
    begin_stops([NewStop(account_id=use.account_id, cycle=202611, owed_fen=100)], givers.now)
    refused(givers, "Service is stopped")
    refused(givers, "This number cannot be given data", giver=RECEIVER, to=GIVER)


def test_a_lost_card_neither_gives_nor_is_given(givers: Givers) -> None:
    stop_line(lines_by_number([GIVER])[GIVER].line_id, LineStopKind.LOST, givers.now)
    refused(givers, "Service is stopped")
    refused(givers, "This number cannot be given data", giver=RECEIVER, to=GIVER)


def test_thresholds_of_the_smaller_plan_are_told(givers: Givers) -> None:
    givers.uses(GIVER, 300)
    before = len(givers.sink.seen)
    given(givers, 180)  # 300 of 320
    crossed = [one for one in givers.sink.seen[before:] if isinstance(one, UsageCrossing)]
    assert [
        (one.service, one.threshold, one.used // MB, one.allowance // MB) for one in crossed
    ] == [(Service.DATA, 80, 300, 320)]


def test_what_is_unused_of_the_smaller_plan_rolls_over_and_the_gift_does_not(
    givers: Givers,
) -> None:
    given(givers, 200)
    givers.uses(GIVER, 40)
    givers.uses(RECEIVER, 50)
    givers.wait(instant("2027-01-01 10:00"))
    assert (givers.data(GIVER)["rolled"], givers.data(GIVER)["left"]) == (260, 500)
    assert (givers.data(RECEIVER)["rolled"], givers.data(RECEIVER)["left"]) == (500, 500)


def test_late_records_of_the_closing_month_count_against_what_it_held(givers: Givers) -> None:
    given(givers, 200)
    givers.wait(instant("2027-01-01 10:00"))
    december = instant("2026-12-31 12:00")
    givers.uses(RECEIVER, 230, december)
    givers.uses(GIVER, 301, december)
    receiver, giver = givers.data(RECEIVER, DECEMBER), givers.data(GIVER, DECEMBER)
    assert (receiver["gifts"], receiver["plan"], receiver["fen"]) == (200, 30, 0)
    assert (giver["beyond"], giver["fen"]) == (1, 30)
    assert givers.data(RECEIVER)["rolled"] == 470


def test_records_after_the_close_cost_what_they_would_have_cost(givers: Givers) -> None:
    given(givers, 200)
    givers.wait(Cycle(DECEMBER).end + CLOSES_AFTER + timedelta(minutes=10))
    december = instant("2026-12-31 12:00")
    givers.uses(RECEIVER, 700, december)
    givers.uses(GIVER, 302, december)
    charges = settle_late_usage(givers.now)
    assert {one.group_id: one.fen for one in charges if one.fen} == {givers.group(GIVER): 2 * 30}
    assert LateUsage.objects.filter(settled_at__isnull=False).count() == 2


def test_the_givers_next_plan_takes_nothing_back(givers: Givers) -> None:
    given(givers, 200)
    for number in (GIVER, RECEIVER):
        change_plan(givers.group(number), "lexiang-4g-59", givers.now)
    settle(givers.meter)
    held = holdings([givers.group(n) for n in NUMBERS.values()], givers.now)
    assert held[givers.group(GIVER)].data_mb == 300
    assert [pack.quantity for pack in held[givers.group(RECEIVER)].packs] == [200]
    givers.uses(RECEIVER, 60)
    assert givers.data(RECEIVER)["gifts"] == 60
    givers.wait(instant("2027-01-01 10:00"))
    for number in (GIVER, RECEIVER):
        later = holdings([givers.group(number)], givers.now)[givers.group(number)]
        assert (later.data_mb, later.packs) == (500, ())
        assert (givers.data(number)["left"], givers.data(number)["rolled"]) == (500, 0)


def test_what_is_ordered_later_leaves_the_gift_as_it_is(givers: Givers) -> None:
    given(givers, 200)
    for number in (GIVER, RECEIVER):
        order_product(givers.group(number), "data-pack-10", givers.now)
    settle(givers.meter)
    givers.uses(GIVER, 350)  # 100 of the pack, 250 of the 300 left of the plan
    givers.uses(RECEIVER, 250)  # the gift, and 50 of the pack
    assert (givers.data(GIVER)["left"], givers.data(GIVER)["beyond"]) == (50, 0)
    assert (givers.data(RECEIVER)["gifts"], givers.data(RECEIVER)["plan"]) == (250, 0)
    assert (givers.data(RECEIVER)["left"], givers.data(RECEIVER)["fen"]) == (500, 0)


def test_who_leaves_takes_nothing_back_and_leaves_nothing(givers: Givers) -> None:
    given(givers, 200)
    give_back_number(GIVER, givers.now)
    settle(givers.meter)
    givers.uses(RECEIVER, 60)
    assert givers.data(RECEIVER)["gifts"] == 60
    refused(givers, "This number cannot be given data", giver=RECEIVER, to=GIVER)
    give_back_number(RECEIVER, givers.now)
    settle(givers.meter)
    assert DataGift.objects.count() == 1


def at_once(*works) -> list[str]:
    """Do all at the same time; what each came to."""
    outcomes: list[str] = []
    start = threading.Barrier(len(works))

    def work(one) -> None:
        start.wait(30)
        try:
            one()
            outcomes.append("given")
        except WanhaoError as error:
            outcomes.append(error.message)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=[one]) for one in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return sorted(outcomes)


def test_of_many_gifts_at_once_three_are_given(givers: Givers) -> None:
    works = [lambda n=n: give_data(GIVER, RECEIVER, 10, f"A{n}", givers.now) for n in range(5)]
    often = "Data was given 3 times this month."
    assert at_once(*works) == [often, often, "given", "given", "given"]
    assert sum(gift.mb for gift in data_gifts([givers.group(GIVER)], DECEMBER)) == 30


def test_who_give_each_other_at_once_do_not_wait_for_each_other_for_ever(givers: Givers) -> None:
    works = [
        lambda: give_data(GIVER, RECEIVER, 100, "there", givers.now),
        lambda: give_data(RECEIVER, GIVER, 50, "back", givers.now),
    ]
    assert at_once(*works) == ["given", "given"]
    settle(givers.meter)
    held = holdings([givers.group(n) for n in NUMBERS.values()], givers.now)
    found = {
        n: (held[givers.group(n)].data_mb, held[givers.group(n)].packs) for n in NUMBERS.values()
    }
    assert (found[GIVER][0], found[GIVER][1][0].quantity) == (400, 50)
    assert (found[RECEIVER][0], found[RECEIVER][1][0].quantity) == (450, 100)


def test_the_same_gift_asked_twice_at_once_is_one(givers: Givers) -> None:
    works = [lambda: give_data(GIVER, RECEIVER, 100, "one", givers.now)] * 2
    assert at_once(*works) == ["given", "given"]
    assert DataGift.objects.count() == 1
