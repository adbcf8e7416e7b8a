"""Rounding and price, to the fen."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.metering.examples import NAMES, PLAIN, TARIFFS, ZONES, told
from tests.metering.oracle_tariffs import cost, tier, walked
from wanhao.metering.meters import DATA, MESSAGE, VOICE
from wanhao.metering.tariffs import TariffTable, kilobytes, price_of, scheduled, voice_units
from wanhao.metering.terms import WIDTH, TermsTable

MB = 1 << 20


def known():
    """A table that knows all tariffs of the examples."""
    table = TariffTable()
    for tariff in TARIFFS:
        table.learn(told(tariff))
    return table


def one(value):
    """A column of one row."""
    return np.array([value])


@pytest.mark.parametrize(
    ("seconds", "unit", "units"),
    [(1, 60, 1), (60, 60, 1), (61, 60, 2), (600, 60, 10), (1, 6, 1), (61, 6, 11)],
)
def test_a_call_is_rounded_up_to_the_unit_of_its_plan(seconds, unit, units):
    assert voice_units(one(seconds), one(unit)).tolist() == [units]


@pytest.mark.parametrize(
    ("meter", "beyond", "fen"),
    [
        (VOICE, 3, 45),
        (MESSAGE, 7, 70),
        (DATA, 1, 1),
        (DATA, 1024, 1),
        (DATA, 50 * MB, 1500),
        (DATA, 50 * MB + 1, 1501),
        (DATA, 0, 0),
    ],
)
def test_what_goes_beyond_the_allowance_costs_its_price_rounded_up_once(meter, beyond, fen):
    table = known()
    row = table.rows(one(PLAIN.number))
    assert price_of(table, row, one(0), one(meter), one(beyond)).tolist() == [fen]


@given(
    st.sampled_from(TARIFFS),
    st.integers(0, 2),
    st.integers(0, 2),
    st.one_of(st.integers(0, 40 * 1024 * MB), st.integers(0, 700).map(lambda mb: mb * MB)),
)
def test_every_tariff_costs_what_a_plain_walk_up_its_tiers_finds(tariff, zone, service, beyond):
    table = known()
    row = table.rows(one(tariff.number))
    fen = price_of(table, row, one(zone), one(service), one(beyond))
    assert fen.tolist() == [cost(tariff, ZONES[zone], NAMES[service], beyond)]


@given(
    st.sampled_from([tariff for tariff in TARIFFS if tariff.schedule]),
    st.integers(0, 20 * 1024 * MB),
)
def test_the_tier_is_that_of_the_walk(tariff, beyond):
    table = known()
    fen, reached = scheduled(table, table.rows(one(tariff.number)), kilobytes(one(beyond)))
    assert (fen[0], reached[0]) == walked(tariff.schedule, int(kilobytes(one(beyond))[0]))
    assert reached[0] == tier(tariff, beyond)[0]


def test_a_tariff_once_told_never_changes():
    table = known()
    before = table.price.copy()
    other = told(TARIFFS[2])
    table.learn(type(other)(number=PLAIN.number, voice_unit=6, prices=other.prices))
    assert (table.price == before).all()
    assert table.voice_unit[table.rows(one(PLAIN.number))].tolist() == [60]


def test_a_tariff_never_told_costs_nothing():
    table = known()
    row = table.rows(one(77))
    assert price_of(table, row, one(0), one(VOICE), one(9)).tolist() == [0]


def test_equal_terms_share_a_number():
    table = TermsTable()
    rows = np.zeros((3, WIDTH), np.int64)
    rows[:, 1] = (100, 200, 100)
    first = table.number_of(rows)
    assert first[0] == first[2] != first[1]
    assert table.number_of(rows[1:]).tolist() == first[1:].tolist()
