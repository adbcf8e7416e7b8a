"""Rounding and price, to the fen."""

import numpy as np
import pytest

from wanhao.metering.meters import DATA, MESSAGE, VOICE
from wanhao.metering.tariffs import TariffTable, charge, voice_units

MB = 1 << 20


@pytest.mark.parametrize(
    ("seconds", "unit", "units"),
    [(1, 60, 1), (60, 60, 1), (61, 60, 2), (600, 60, 10), (1, 6, 1), (61, 6, 11)],
)
def test_a_call_is_rounded_up_to_the_unit_of_its_plan(seconds, unit, units):
    assert voice_units(np.array([seconds]), np.array([unit])).tolist() == [units]


@pytest.mark.parametrize(
    ("meter", "over", "price", "fen"),
    [
        (VOICE, 3, 15, 45),
        (MESSAGE, 7, 10, 70),
        (DATA, 1, 30, 1),
        (DATA, 1024, 30, 1),
        (DATA, 50 * MB, 30, 1500),
        (DATA, 50 * MB + 1, 30, 1501),
        (DATA, 0, 30, 0),
    ],
)
def test_what_goes_beyond_the_allowance_costs_its_price_rounded_up_once(meter, over, price, fen):
    free = 12_345
    columns = [np.array([value]) for value in (free + over, free, price, meter)]
    assert charge(*columns).tolist() == [fen]


def test_equal_tariffs_share_a_number():
    table = TariffTable()
    units, prices = np.array([60, 6, 60]), np.array([[15, 10, 30], [15, 10, 30], [15, 10, 30]])
    first = table.number_of(units, prices)
    assert first[0] == first[2] != first[1]
    assert table.number_of(units[1:], prices[1:]).tolist() == first[1:].tolist()
