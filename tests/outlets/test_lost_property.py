"""A bag is found in a hall, claimed, and given back; or nobody comes."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.outlets.halls import BY, HALL, MORNING, open_hall
from tests.outlets.losses import HANDOVER, MARKS, PHONE, SECRETS, TODAY, a_claim, found
from tests.outlets.test_desks_at_once import at_once
from wanhao.outlets.claiming import claim, match_claim, possible_matches
from wanhao.outlets.finding import hand_over, let_go, refuse_claim
from wanhao.outlets.lost_contracts import ThingKind
from wanhao.outlets.lost_reading import claims_like, claims_to, thing, things_of_hall
from wanhao.outlets.lost_states import ClaimState, ThingState
from wanhao.values.errors import WanhaoError

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _hall(db: None) -> None:
    open_hall()


def test_who_looks_learns_nothing_that_would_let_anybody_claim() -> None:
    bag = found()
    (match,) = possible_matches(ThingKind.BAG, TODAY)
    assert (match.thing_id, match.kind, match.day) == (bag.thing_id, ThingKind.BAG, TODAY)
    assert not [word for word in SECRETS if word in repr(match)]
    assert possible_matches(ThingKind.WALLET, TODAY) == []
    assert possible_matches(ThingKind.BAG, TODAY - timedelta(days=4)) == []
    assert possible_matches(ThingKind.BAG, TODAY, halls=("H2",)) == []


def test_a_thing_is_registered_once_before_a_witness() -> None:
    assert found(reference="form-1") == found(reference="form-1")
    assert len(things_of_hall(HALL, MORNING)) == 1
    with pytest.raises(WanhaoError, match="Finder and witness"):
        found(witness=BY)
    with pytest.raises(WanhaoError, match="Missing: place, kept in"):
        found(place=" ", kept_in="")
    with pytest.raises(WanhaoError, match="a time to come"):
        found(found_at=MORNING + timedelta(hours=1))
    with pytest.raises(WanhaoError, match="no hall 'H9'"):
        found(hall="H9")


def test_the_owner_gets_it_and_everybody_else_is_refused() -> None:
    bag = found()
    mine = claim(a_claim(bag), MORNING, by="app")
    other = claim(a_claim(bag, phone=PHONE + 1), MORNING, by="app")
    assert claim(a_claim(bag, marks="红色的带子"), MORNING, by="app") == mine
    given = hand_over(mine.claim_id, HANDOVER, MORNING, by=BY)
    assert given.state is ThingState.RETURNED
    assert given.settled == "王小明, identity-card ****123X, zhao.min"
    assert hand_over(mine.claim_id, HANDOVER, MORNING, by=BY) == given
    assert [one.state for one in claims_to(bag.thing_id)] == [
        ClaimState.GRANTED,
        ClaimState.REFUSED,
    ]
    with pytest.raises(WanhaoError, match="is returned"):
        hand_over(other.claim_id, HANDOVER, MORNING, by=BY)
    assert possible_matches(ThingKind.BAG, TODAY) == []
    with pytest.raises(WanhaoError, match="Nothing like that is kept"):
        claim(a_claim(bag, phone=PHONE + 2), MORNING, by="app")


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"document": ""}, "document must be seen"),
        ({"tail": "12"}, "document must be seen"),
        ({"receiver": " "}, "document must be seen"),
        ({"witness": BY}, "Somebody else must see it"),
        ({"signed": False}, "must sign"),
    ],
)
def test_nothing_is_given_without_document_witness_and_signature(
    changes: dict[str, object], why: str
) -> None:
    mine = claim(a_claim(found()), MORNING, by="app")
    with pytest.raises(WanhaoError, match=why):
        hand_over(mine.claim_id, replace(HANDOVER, **changes), MORNING, by=BY)  # type: ignore[arg-type]
    assert possible_matches(ThingKind.BAG, TODAY) != []


def test_what_is_said_to_be_lost_must_fit_and_marks_must_be_given() -> None:
    bag = found()
    with pytest.raises(WanhaoError, match="Nothing like that is kept"):
        claim(a_claim(bag, kind=ThingKind.PHONE), MORNING, by="app")
    with pytest.raises(WanhaoError, match="Nothing like that is kept"):
        claim(a_claim(bag, day=TODAY - timedelta(days=4)), MORNING, by="app")
    with pytest.raises(WanhaoError, match="marks that only its owner knows"):
        claim(a_claim(bag, marks="包"), MORNING, by="app")


def test_a_telephone_claims_three_times_a_day() -> None:
    for place in range(3):
        claim(a_claim(kind=list(ThingKind)[place]), MORNING, by="app")
    with pytest.raises(WanhaoError, match="made 3 claims today"):
        claim(a_claim(kind=ThingKind.OTHER), MORNING, by="app")
    tomorrow = MORNING + timedelta(days=1)
    assert claim(a_claim(kind=ThingKind.OTHER), tomorrow, by="app").claim_id


def test_what_is_found_later_is_brought_together_with_its_claim() -> None:
    early = claim(a_claim(hall=HALL), MORNING, by="app")
    claim(a_claim(kind=ThingKind.KEYS), MORNING, by="app")
    bag = found()
    assert [one.claim_id for one in claims_like(bag)] == [early.claim_id]
    with pytest.raises(WanhaoError, match="to no found thing"):
        hand_over(early.claim_id, HANDOVER, MORNING, by=BY)
    assert match_claim(early.claim_id, bag.thing_id).thing_id == bag.thing_id
    with pytest.raises(WanhaoError, match="is not to thing"):
        match_claim(early.claim_id, found(kind=ThingKind.KEYS).thing_id)
    assert hand_over(early.claim_id, HANDOVER, MORNING, by=BY).state is ThingState.RETURNED


def test_a_claim_is_refused_with_a_reason() -> None:
    bag = found()
    mine = claim(a_claim(bag), MORNING, by="app")
    with pytest.raises(WanhaoError, match="needs a reason"):
        refuse_claim(mine.claim_id, " ", MORNING, by=BY)
    refuse_claim(mine.claim_id, "里面没有笔记本", MORNING, by=BY)
    refuse_claim(mine.claim_id, "里面没有笔记本", MORNING, by=BY)
    (seen,) = claims_to(bag.thing_id)
    assert (seen.state, seen.answer, seen.marks) == (ClaimState.REFUSED, "里面没有笔记本", MARKS)


def test_when_nobody_comes_it_leaves_on_its_day_with_a_receipt() -> None:
    wallet = found(kind=ThingKind.WALLET)
    day = timedelta(days=1)
    police = ThingState.POLICE
    with pytest.raises(WanhaoError, match="may not go this way today"):
        let_go(wallet.thing_id, police, "1", MORNING + 2 * day, by=BY)
    with pytest.raises(WanhaoError, match="may not go this way today"):
        let_go(wallet.thing_id, ThingState.DISCARDED, "1", MORNING + 300 * day, by=BY)
    with pytest.raises(WanhaoError, match="needs a receipt"):
        let_go(wallet.thing_id, police, "", MORNING + 3 * day, by=BY)
    mine = claim(a_claim(wallet, kind=ThingKind.WALLET), MORNING, by="app")
    with pytest.raises(WanhaoError, match="is claimed"):
        let_go(wallet.thing_id, police, "1", MORNING + 3 * day, by=BY)
    refuse_claim(mine.claim_id, "不符", MORNING, by=BY)
    gone = let_go(wallet.thing_id, police, "回执7号", MORNING + 3 * day, by=BY)
    assert (gone.state, gone.settled) == (police, "回执7号")
    assert let_go(wallet.thing_id, police, "8", MORNING + 4 * day, by=BY) == gone
    assert things_of_hall(HALL, MORNING) == []
    assert things_of_hall(HALL, MORNING, kept=False) == [gone]
    assert thing(0) is None


@pytest.mark.django_db(transaction=True)
def test_a_thing_is_given_to_one_of_two_who_are_handed_it_at_once() -> None:
    bag = found()
    claims = [claim(a_claim(bag, phone=PHONE + n), MORNING, by="app") for n in (0, 1)]

    def give(place: int) -> str:
        try:
            return hand_over(claims[place].claim_id, HANDOVER, MORNING, by=BY).state.value
        except WanhaoError as error:
            return error.message

    told = sorted(at_once(give, 2))
    assert told[1] == "returned"
    assert told[0].startswith(f"Thing L{bag.thing_id} is returned")
    states = [one.state for one in claims_to(bag.thing_id)]
    assert sorted(states) == [ClaimState.GRANTED, ClaimState.REFUSED]
