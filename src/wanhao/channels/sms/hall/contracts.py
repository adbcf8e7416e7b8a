"""What the hall is told, what a message may want, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from wanhao.channels.sms.hall.codes import CodeEntry
from wanhao.menu.contracts import ToPay


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A whole message of a customer; `reference` is the network's own number of it, if any."""

    number: int
    text: str
    reference: str = ""


class WishKind(StrEnum):
    """What a message wants."""

    ASK = "ask"
    MENU = "menu"
    YES = "yes"
    NO = "no"
    WRONG_ARGUMENTS = "wrong_arguments"
    NEAR = "near"
    NO_SUCH_CODE = "no_such_code"
    CHATTER = "chatter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A message understood: an entry with what was given to it and the page wanted, a yes with its
    code, or entries that were perhaps meant. `said` may be kept: it has nothing personal."""

    kind: WishKind
    said: str
    entry: CodeEntry | None = None
    given: Mapping[str, str] = field(default_factory=dict)
    page: int = 1
    code: str = ""
    near: tuple[CodeEntry, ...] = ()
    asked: str = ""


class Outcome(StrEnum):
    """What came of a message."""

    ANSWERED = "answered"
    TO_CONFIRM = "to_confirm"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    REFUSED = "refused"
    MENU = "menu"
    HINT = "hint"
    HELP = "help"
    CHATTER = "chatter"
    STRANGER = "stranger"
    LIMITED_HOUR = "limited_hour"
    LIMITED_DAY = "limited_day"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """What came of a message: the answer, if there is one, and what a short reply then chooses.

    `to_prove`: it was refused because a message does not prove enough. `to_pay`: a payment it
    leads to.
    """

    outcome: Outcome
    text: str = ""
    item: str = ""
    offers: Mapping[str, str] | None = None
    to_prove: bool = False
    to_pay: ToPay | None = None
