"""What the SMS link is told and what it tells: settings, submits and their outcomes."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from wanhao.values.errors import WanhaoError

LONGEST_PASSWORD = 8


class BindKind(StrEnum):
    """What a bind may do: send, receive, or both."""

    TRANSCEIVER = "transceiver"
    TRANSMITTER = "transmitter"
    RECEIVER = "receiver"

    @property
    def sends(self) -> bool:
        return self is not BindKind.RECEIVER


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsConfig:
    """How the SMSC proves who it is; without `ca_file` by the authorities this machine knows.

    `server_name` is what its certificate must say, the host unless given; `verify` off trusts
    anybody who answers.
    """

    ca_file: Path | None = None
    server_name: str = ""
    verify: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SmscConfig:
    """How to reach one SMSC by one bind; all times in seconds.

    Binds of the lowest `priority` share the messages; one of a higher number gets them only while
    none of those is up.
    """

    host: str
    port: int
    system_id: str
    password: str = field(repr=False)
    source: str
    name: str = "smsc"
    kind: BindKind = BindKind.TRANSCEIVER
    tls: TlsConfig | None = None
    priority: int = 0
    system_type: str = ""
    source_ton: int = 0
    source_npi: int = 0
    destination_ton: int = 0
    destination_npi: int = 1
    window: int = 10
    per_second: float = 50.0
    connect_timeout: float = 10.0
    response_timeout: float = 30.0
    enquire_after: float = 30.0
    reconnect_first: float = 1.0
    reconnect_longest: float = 60.0
    credentials_pause: float = 300.0
    throttled_first: float = 1.0
    throttled_longest: float = 30.0
    stop_grace: float = 5.0

    def __post_init__(self) -> None:
        if len(self.password) > LONGEST_PASSWORD:
            raise WanhaoError(
                f"The password of {self.name} is too long.",
                f"SMPP 3.4 carries at most {LONGEST_PASSWORD} characters.",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class HallConfig:
    """Whose codes, by the name of a province or the path of a file, and how many messages of one
    line are served in an hour and in a day. By the `key` texts are known again. `url` is where the
    online hall is, for links; empty for none."""

    codes: str = "jiangxi"
    per_hour: int = 20
    per_day: int = 100
    url: str = ""
    key: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsConfig:
    """One SMS process: its binds and what they have in common.

    `worker` begins the name under which the process has messages in hand. `hall` says how what
    customers write is answered.
    """

    binds: tuple[SmscConfig, ...]
    sign_off: str = "【万号】"
    worker: str = "sms"
    hall: HallConfig = field(default_factory=HallConfig)
    idle_poll: float = 0.4

    def __post_init__(self) -> None:
        if not any(bind.kind.sends for bind in self.binds):
            raise WanhaoError(
                "No bind can send messages.", "Make one of them a transceiver or a transmitter."
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
    """One part ready for the wire; `reference` comes back in receipts of SMSCs that echo it.

    The SMSC gives up at `expires_at`. `urgent` asks it to go before others.
    """

    destination: str
    payload: bytes
    data_coding: int
    with_header: bool
    reference: int
    expires_at: datetime | None = None
    urgent: bool = False


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Of texts that came together, what was committed together: the places of the parts that are
    handled, and how many answers were planned."""

    places: tuple[int, ...]
    answers: int
