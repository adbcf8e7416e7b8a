"""What a session at the hall proved, and how sure that makes us; pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from wanhao.menu.contracts import Door, IdentityLevel

IDLE = timedelta(minutes=30)
"""How long a session stays verified while nobody does anything."""

SEEN_EVERY = timedelta(minutes=1)
"""How often it is noted that somebody is there."""


class Proof(StrEnum):
    """What somebody showed in this session."""

    CODE = "code"
    PASSWORD = "password"  # noqa: S105 - the name of a proof
    PASSKEY = "passkey"


@dataclass(frozen=True, slots=True, kw_only=True)
class HallSession:
    """A session at the hall: the line it is at, what was proved for each line, when somebody was
    last seen, and whether it stays signed in.

    A passkey proves who the login is, whichever line it is at.
    """

    line_id: int
    seen: datetime
    door: Door = Door.WEB
    stay: bool = False
    passkey: bool = False
    proofs: Mapping[int, frozenset[Proof]] = field(default_factory=dict)

    def at(self, now: datetime) -> "HallSession | None":
        """What is left of it at an instant: after half an hour without anybody there nothing, or
        who it was where it stays signed in."""
        if now - self.seen <= IDLE:
            return self
        return replace(self, proofs={}, passkey=False) if self.stay else None

    def proving(self, line_id: int, proof: Proof) -> "HallSession":
        """The same after something was shown for a line."""
        if proof is Proof.PASSKEY:
            return replace(self, passkey=True)
        shown = self.proofs.get(line_id, frozenset()) | {proof}
        return replace(self, proofs={**self.proofs, line_id: shown})

    @property
    def shown(self) -> frozenset[Proof]:
        """What was shown for the line it is at."""
        return self.proofs.get(self.line_id, frozenset())

    @property
    def level(self) -> IdentityLevel:
        """How sure we are of who is asking for the line it is at."""
        sure = self.shown & {Proof.CODE, Proof.PASSWORD}
        if self.passkey or len(sure) == 2:
            return IdentityLevel.STRONG
        return IdentityLevel.VERIFIED if sure else IdentityLevel.KNOWN


def to_json(session: HallSession) -> dict[str, Any]:
    """As it is kept."""
    return {
        "line": session.line_id,
        "seen": session.seen.timestamp(),
        "door": session.door.value,
        "stay": session.stay,
        "passkey": session.passkey,
        "proofs": {str(line): sorted(shown) for line, shown in session.proofs.items()},
    }


def from_json(kept: Mapping[str, Any]) -> HallSession:
    """As it was kept."""
    proofs: Mapping[str, list[str]] = kept["proofs"]
    return HallSession(
        line_id=kept["line"],
        seen=datetime.fromtimestamp(kept["seen"], UTC),
        door=Door(kept["door"]),
        stay=kept["stay"],
        passkey=kept["passkey"],
        proofs={int(line): frozenset(map(Proof, shown)) for line, shown in proofs.items()},
    )
