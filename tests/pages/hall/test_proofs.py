"""How sure a session makes us: what was shown for which line, and for how long it counts."""

from datetime import UTC, datetime, timedelta

import pytest

from wanhao.menu.contracts import Door, IdentityLevel
from wanhao.pages.hall.proofs import IDLE, HallSession, Proof, from_json, to_json

NOW = datetime(2026, 12, 5, 4, 0, tzinfo=UTC)
MINE, OTHER = 1, 2
REMEMBERED = HallSession(line_id=MINE, seen=NOW, stay=True)


@pytest.mark.parametrize(
    ("shown", "level"),
    [
        ([], IdentityLevel.KNOWN),
        ([Proof.CODE], IdentityLevel.VERIFIED),
        ([Proof.PASSWORD], IdentityLevel.VERIFIED),
        ([Proof.CODE, Proof.PASSWORD], IdentityLevel.STRONG),
        ([Proof.PASSKEY], IdentityLevel.STRONG),
    ],
)
def test_each_proof_makes_us_surer(shown: list[Proof], level: IdentityLevel) -> None:
    session = REMEMBERED
    for proof in shown:
        session = session.proving(MINE, proof)
    assert session.level is level


def test_what_was_shown_for_one_line_says_nothing_of_another() -> None:
    session = REMEMBERED.proving(MINE, Proof.CODE).proving(OTHER, Proof.PASSWORD)
    assert session.level is IdentityLevel.VERIFIED
    assert session.shown == {Proof.CODE}


def test_half_an_hour_without_anybody_ends_it_or_leaves_who_it_was() -> None:
    verified = REMEMBERED.proving(MINE, Proof.CODE).proving(MINE, Proof.PASSKEY)
    left = verified.at(NOW + IDLE)
    assert left is not None
    assert left.level is IdentityLevel.STRONG
    later = verified.at(NOW + IDLE + timedelta(seconds=1))
    assert later is not None
    assert later.level is IdentityLevel.KNOWN
    brief = HallSession(line_id=MINE, seen=NOW).proving(MINE, Proof.CODE)
    assert brief.at(NOW + IDLE + timedelta(seconds=1)) is None


def test_it_is_kept_as_it_was() -> None:
    session = HallSession(line_id=MINE, seen=NOW, door=Door.APP, stay=True).proving(
        OTHER, Proof.CODE
    )
    assert from_json(to_json(session)) == session
