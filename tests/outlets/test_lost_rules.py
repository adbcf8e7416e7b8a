"""How long things are kept, and what is shown: the tables of the page."""

from datetime import date, timedelta

import pytest

from tests.metering.pages import listed, rows_of
from wanhao.outlets.lost_contracts import ThingKind
from wanhao.outlets.lost_rules import due_on, lost_terms, may_be, ways_out

PAGE = "lost-property.md"
TERMS = lost_terms()
Row = tuple[str, ...]


def test_the_page_has_the_figures_of_the_file() -> None:
    assert dict(rows_of(PAGE, "what")) == {
        "valuables go to the police after": f"{TERMS.police_days} days",
        "other things are kept for": f"{TERMS.kept_months} months",
        "a customer may be wrong about the day by": f"{TERMS.days_off} days",
        "claims of one telephone a day": str(TERMS.claims_a_day),
        "claims of one telephone that wait": str(TERMS.open_claims),
    }
    assert TERMS.valuable == {
        *(ThingKind.CASH, ThingKind.DOCUMENTS, ThingKind.WALLET, ThingKind.JEWELLERY)
    }


@pytest.mark.parametrize("row", rows_of(PAGE, "lost"), ids=" ".join)
def test_a_day_may_be_a_little_wrong(row: Row) -> None:
    lost, found, shown = row
    assert may_be(date.fromisoformat(lost), date.fromisoformat(found), TERMS) is (shown == "yes")


@pytest.mark.parametrize("row", rows_of(PAGE, "kind"), ids=" ".join)
def test_a_thing_leaves_on_its_day(row: Row) -> None:
    kind, found, due = ThingKind(row[0]), date.fromisoformat(row[1]), date.fromisoformat(row[2])
    assert due_on(kind, found, TERMS) == due
    assert sorted(way.value for way in ways_out(kind, found, due, TERMS)) == listed(row[3])
    assert ways_out(kind, found, due - timedelta(days=1), TERMS) == set()
