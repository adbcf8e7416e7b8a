"""What the SMS link is told and what it tells: settings, submits and their outcomes."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from wanhao.values.errors import WanhaoError

LONGEST_PASSWORD = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class SmscConfig:
    """How to reach one SMSC; all times in seconds.

    `worker` marks the messages this process has in hand and must stay the same from one start to
    the next, and differ between two SMS processes that run side by side. `received` is the file
    that keeps what customers write until the SMS hall reads it; without it their messages are
    refused so that the SMSC keeps them.
    """

    host: str
    port: int
    system_id: str
    password: str = field(repr=False)
    source: str
    sign_off: str = "【万号】"
    system_type: str = ""
    source_ton: int = 0
    source_npi: int = 0
    destination_ton: int = 0
    destination_npi: int = 1
    window: int = 10
    per_second: float = 50.0
    worker: str = "sms"
    received: Path | None = None
    connect_timeout: float = 10.0
    response_timeout: float = 30.0
    enquire_after: float = 30.0
    reconnect_first: float = 1.0
    reconnect_longest: float = 60.0
    credentials_pause: float = 300.0
    throttled_first: float = 1.0
    throttled_longest: float = 30.0
    idle_poll: float = 0.4
    stop_grace: float = 5.0

    def __post_init__(self) -> None:
        if len(self.password) > LONGEST_PASSWORD:
            raise WanhaoError(
                "The SMSC password is too long.",
                f"SMPP 3.4 carries at most {LONGEST_PASSWORD} characters.",
            )


class SubmitOutcome(StrEnum):
    """What became of one part; only `throttled` and `not_sent` may be submitted again."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    THROTTLED = "throttled"
    UNKNOWN = "unknown"
    NOT_SENT = "not_sent"


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitResult:
    """The outcome, the SMSC's id of an accepted part, the SMPP status of a refused one."""

    outcome: SubmitOutcome
    message_id: str = ""
    status: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Submit:
    """One part ready for the wire; `reference` comes back in receipts of SMSCs that echo it."""

    destination: str
    payload: bytes
    data_coding: int
    with_header: bool
    reference: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One deliver_sm as it came: a receipt, or (a part of) what a customer wrote."""

    source: str
    destination: str
    esm_class: int
    data_coding: int
    payload: bytes
    tlvs: dict[int, bytes]


class NotStoredError(Exception):
    """A delivery cannot be stored now, for a reason that passes; the SMSC is to repeat it."""


class LinkState(StrEnum):
    """Where the connection stands."""

    CONNECTING = "connecting"
    BOUND = "bound"
    WAITING = "waiting"
    REFUSED = "refused"
    STOPPED = "stopped"
