"""What docs/rules/credit-limits.md says of the share of a limit that is used, row by row."""

import pytest

from tests.metering.customers import fen
from tests.metering.examples import CYCLE, fees_of, funds_of, opened, step
from tests.metering.pages import listed, rows_of


@pytest.mark.parametrize("row", rows_of("credit-limits.md", "limit", 1), ids=" ".join)
def test_a_share_of_the_limit_is_told_when_it_is_reached(row):
    limit, owed, charged, more, told = row
    state = opened()
    step(state, funds_of(1, fen(limit) - fen(owed), credit=fen(limit)), 10)
    step(state, fees_of(1, CYCLE, fen(charged)), 11)
    found = step(state, fees_of(1, CYCLE, fen(more)), 12)
    assert {kind for kind, *_ in found} <= {"credit"}
    assert sorted(str(percent) for _, _, percent, _ in found) == sorted(listed(told))
