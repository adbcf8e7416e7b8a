"""The numbers on the page about rating, held against the kernel row by row."""

import numpy as np
import pytest

from tests.metering.customers import SCHEDULES, UNIT, Customer, fen, octets
from tests.metering.examples import NAMES, NOVEMBER
from tests.metering.oracle import Pack
from tests.metering.pages import rows_of
from wanhao.metering.closing import closed_cells
from wanhao.metering.cycles import CycleStep


@pytest.mark.parametrize("row", rows_of("rating.md", "beyond the plan"), ids=" ".join)
def test_data_beyond_lexiang_costs_what_the_page_says(row):
    beyond, yuan, stops = row
    customer = Customer(mb=0)
    fired = customer.use(octets(beyond))
    assert customer.charged() == fen(yuan)
    assert any(crossing[:1] + crossing[3:4] == ("step", 1) for crossing in fired) == (
        stops == "yes"
    )


CARDS = rows_of("rating.md", "mode", which=0)
LADDERS = rows_of("rating.md", "mode", which=1)


@pytest.mark.parametrize("row", CARDS, ids=" ".join)
def test_the_wireless_card_steps_up_where_paying_by_the_mb_reaches_the_next_fee(row):
    mode, used, yuan, tier = row
    customer = Customer(SCHEDULES[mode], mb=1024)
    fired = customer.use(octets(used))
    assert 8_000 + customer.charged() == fen(yuan)
    assert steps(fired) == list(range(1, int(tier) + 1))


@pytest.mark.parametrize("row", LADDERS, ids=" ".join)
def test_each_way_to_upgrade_costs_what_the_page_says(row):
    mode, beyond, yuan, tier = row
    customer = Customer(SCHEDULES[mode], mb=0)
    fired = customer.use(octets(beyond))
    assert customer.charged() == fen(yuan)
    assert steps(fired) == list(range(1, int(tier) + 1))


@pytest.mark.parametrize("row", rows_of("rating.md", "used (MB)"), ids=" ".join)
def test_allowances_are_used_in_their_order(row):
    used, rolled, pack, plan, beyond = map(int, row)
    customer = Customer(rolls=True)
    customer.use(400 << 20)
    customer.tell(CycleStep(cycle=202612, opens=True))
    customer.change(packs=[Pack(1, "data", 50 << 20)])
    if used:
        customer.use(used << 20, start=NOVEMBER + 31 * 86_400)
    ((cells, packs),) = closed_cells(customer.state, 202612)
    (data,) = np.flatnonzero(cells.service == NAMES.index("data"))
    taken = (cells.rolled_used[data], packs.used[0], cells.plan_used[data], cells.beyond[data])
    assert [int(amount) >> 20 for amount in taken] == [rolled, pack, plan, beyond]


@pytest.mark.parametrize(
    "head",
    [
        "pack after overage",
        "pack that ends",
        "3952 in mid-month",
        "goes on after the stop",
        "taken back",
    ],
)
def test_terms_that_change_within_a_month_charge_what_the_page_says(head):
    customer, seen = Customer(), []
    rows = rows_of("rating.md", head)
    for what, _ in rows:
        customer.do(what)
        seen.append((what, customer.charged()))
    assert seen == [(what, fen(yuan)) for what, yuan in rows]


@pytest.mark.parametrize("row", rows_of("rating.md", "zone"), ids=" ".join)
def test_use_abroad_costs_its_zones_price(row):
    zone, service, used, yuan = row
    amount, unit = used.split()
    customer = Customer(mb=0)
    customer.use(int(amount) * UNIT.get(unit, 1), service=service, zone=zone)
    assert customer.charged() == fen(yuan)


def steps(fired):
    """The tiers that were told."""
    return [crossing[4] for crossing in fired if crossing[0] == "step" and crossing[3] == 0]
