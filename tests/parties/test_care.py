"""A mother is registered by her daughter, agrees, is visited or missed, and ends it."""

from datetime import timedelta

import pytest

from tests.metering.pages import rows_of
from tests.parties.care_examples import (
    DAUGHTER,
    MOTHER,
    NOW,
    STRANGER,
    day,
    keep,
    line,
    open_family,
    registered,
)
from wanhao.parties.care import agree_to_care, care_file, care_of_line, care_terms, end_care
from wanhao.parties.care_contracts import CareState, Relation, VisitState
from wanhao.parties.care_visits import record_visit, visits_of_month
from wanhao.values.errors import WanhaoError

pytestmark = pytest.mark.django_db
PAGE = "care.md"
BOTH = ("li.na", "zhao.min")


@pytest.fixture(autouse=True)
def _lines(db: None) -> None:
    open_family()


def test_the_page_has_the_figures_and_the_needs_of_the_file() -> None:
    terms = care_terms()
    assert rows_of(PAGE, "what") == [
        ("visited from the 1st until the", str(terms.last_day)),
        ("so many visit together", str(terms.visitors)),
    ]
    assert rows_of(PAGE, "need") == [(code, *names) for code, names in terms.needs.items()]


def test_a_relatives_file_waits_for_the_persons_own_consent() -> None:
    made = registered()
    assert (made.state, made.consented_at, made.relation) == (
        CareState.WAITING,
        None,
        Relation.PARENT,
    )
    assert registered() == made
    keep(NOW + timedelta(days=60))
    assert visits_of_month(202612) == []
    agreed = agree_to_care(line(), NOW)
    assert (agreed.state, agreed.consented_at) == (CareState.ACTIVE, NOW)
    assert agree_to_care(line(), NOW + timedelta(days=1)) == agreed
    assert care_of_line(line()) == care_of_line(line(DAUGHTER)) == [agreed]
    assert care_of_line(line(STRANGER)) == []


def test_one_registers_oneself_and_nobody_else_gets_the_file() -> None:
    own = registered(MOTHER)
    assert (own.state, own.relation) == (CareState.ACTIVE, Relation.SELF)
    with pytest.raises(WanhaoError, match="has a care file"):
        registered(STRANGER)
    with pytest.raises(WanhaoError, match="has no care file"):
        agree_to_care(line(STRANGER), NOW)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"address": " "}, "needs an address"),
        ({"needs": ()}, "not known: none"),
        ({"needs": ("tea",)}, "not known: tea"),
        ({"person_line": 0}, "is not in use"),
    ],
)
def test_what_is_missing_is_told(wrong: dict[str, object], why: str) -> None:
    with pytest.raises(WanhaoError, match=why):
        registered(**wrong)
    assert care_of_line(line(DAUGHTER)) == []


@pytest.mark.parametrize("row", rows_of(PAGE, "agreed on"), ids=" ".join)
def test_a_visit_is_due_and_missed_on_the_days_of_the_page(row: tuple[str, ...]) -> None:
    agreed, first, until, missed = row
    registered(MOTHER, now=day(agreed) + timedelta(hours=12))
    cycle = int(first[:4] + first[5:7])
    moment = timedelta(seconds=1)
    keep(day(first) - moment)
    assert visits_of_month(cycle) == []
    keep(day(first))
    keep(day(missed) - moment)
    (visit,) = visits_of_month(cycle)
    assert (visit.state, visit.until.isoformat()) == (VisitState.DUE, until)
    keep(day(missed))
    (visit,) = visits_of_month(cycle)
    assert visit.state is VisitState.MISSED


def test_two_people_visit_and_the_next_month_follows() -> None:
    registered(MOTHER)
    keep(day("2026-12-01"))
    keep(day("2026-12-01"))
    (visit,) = visits_of_month(202612)
    with pytest.raises(WanhaoError, match="made by two people"):
        record_visit(visit.visit_id, ("li.na", "li.na "), "好", NOW)
    with pytest.raises(WanhaoError, match="has a result"):
        record_visit(visit.visit_id, BOTH, " ", NOW)
    with pytest.raises(WanhaoError, match="no visit 0"):
        record_visit(0, BOTH, "好", NOW)
    made = record_visit(visit.visit_id, BOTH, "代缴话费", day("2026-12-03"))
    assert (made.state, made.visitors, made.result) == (VisitState.MADE, BOTH, "代缴话费")
    assert record_visit(visit.visit_id, BOTH, "又一次", day("2026-12-04")) == made
    keep(day("2027-01-06"))
    assert [one.state for one in visits_of_month(202612)] == [VisitState.MADE]
    (later,) = visits_of_month(202701)
    assert later.state is VisitState.MISSED
    assert record_visit(later.visit_id, BOTH, "补访", day("2027-01-08")).state is VisitState.MADE


@pytest.mark.parametrize("who", [MOTHER, DAUGHTER])
def test_either_ends_it_the_address_is_forgotten_and_nobody_visits(who: int) -> None:
    made = registered()
    agree_to_care(line(), NOW)
    with pytest.raises(WanhaoError, match="no such care file"):
        end_care(made.care_id, line(STRANGER), NOW, by="app")
    ended = end_care(made.care_id, line(who), NOW, by="app")
    assert (ended.state, ended.address) == (CareState.ENDED, "")
    assert end_care(made.care_id, line(who), NOW, by="app") == ended
    assert care_file(made.care_id) == ended
    assert care_of_line(line()) == []
    keep(day("2026-12-01"))
    assert visits_of_month(202612) == []
    assert registered(MOTHER).state is CareState.ACTIVE


def test_a_file_that_ends_within_the_days_misses_no_visit() -> None:
    made = registered(MOTHER)
    keep(day("2026-12-01"))
    end_care(made.care_id, line(), day("2026-12-02"), by="app")
    keep(day("2027-01-06"))
    assert [one.state for one in visits_of_month(202612)] == [VisitState.DUE]
    assert visits_of_month(202701) == []
