"""What doors and items hold of the menu."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any, Generic, TypeAlias, TypeVar
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, model_validator

from wanhao.billing.orders.amounts import yuan_of
from wanhao.parties.contracts import Language, LineView
from wanhao.values.errors import WanhaoError
from wanhao.values.typed import as_meant

JSON: TypeAlias = "str | int | bool | Sequence[JSON] | Mapping[str, JSON] | None"


class Door(StrEnum):
    """Where a customer asks, or somebody on behalf of one."""

    SMS = "sms"
    HOTLINE = "hotline"
    WEB = "web"
    APP = "app"
    CHAT = "chat"
    TERMINAL = "terminal"
    COUNTER = "counter"
    AGENT = "agent"
    ASSISTANT = "assistant"
    API = "api"
    COMMAND = "command"


EVERYWHERE = frozenset(Door)


class IdentityLevel(IntEnum):
    """How sure we are of who is asking."""

    ANYONE = 0
    KNOWN = 1
    VERIFIED = 2
    STRONG = 3


class Inputs(BaseModel):
    """What an item must be told; doors make their forms and grammars of its fields.

    Texts are taken as they were meant, at whichever door they were typed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    @model_validator(mode="before")
    @classmethod
    def _as_meant(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        return {key: as_meant(one) if isinstance(one, str) else one for key, one in given.items()}


class NoInputs(Inputs):
    """Nothing."""


I = TypeVar("I", bound=Inputs)  # noqa: E741


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Who asks, through which door, and how sure we are; `line` is whom it is about.

    `name` is the login, token or employee that asks on behalf of the line, for the record;
    `login_id` is the customer's sign-in at doors that have one.
    """

    door: Door
    level: IdentityLevel
    language: Language
    line: LineView | None = None
    name: str = ""
    login_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking(Generic[I]):
    """A question to an item; a `reference` is given to what is done, so that it is done once."""

    inputs: I
    asker: Asker
    now: datetime
    reference: str = ""

    @property
    def line(self) -> LineView:
        """The line it is about; only items of level 0 may be asked without one."""
        assert self.asker.line is not None, "the item was asked without a line"
        return self.asker.line

    def say(self, zh: str, en: str) -> str:
        """The one of two wordings that the asker reads."""
        return zh if self.asker.language is Language.ZH else en


PAY_PAGE = "/hall/pay/"
"""Where the online hall takes payments."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToPay:
    """A payment a door leads to, with what is known of it filled in; nothing has begun by it.

    `amount_fen` 0, `number` and `channel` empty: chosen there, the number being one's own.
    `online`: a channel is connected, else cash alone can be taken.
    """

    amount_fen: int = 0
    number: str = ""
    channel: str = ""
    online: bool = True

    @property
    def query(self) -> str:
        """What is filled in, as an address carries it; "" where nothing is."""
        amount = yuan_of(self.amount_fen) if self.amount_fen else ""
        given = {"amount": amount, "number": self.number, "channel": self.channel}
        return urlencode({name: one for name, one in given.items() if one})

    @property
    def path(self) -> str:
        """The page of the online hall that takes it."""
        return f"{PAY_PAGE}?{self.query}" if self.query else PAY_PAGE


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of it, in the asker's language: in full, short enough for a message or a voice, and
    as data (money in fen, instants in ISO 8601).

    `refused`: it is a no, and what was noted with it stays, as a wrong code that was tried. A
    RefusedError leaves nothing. `final`: of a proposal, that it is all there is to say and nothing
    waits for a yes. `to_pay`: nothing is done yet; it goes on at a payment.
    """

    long: str
    short: str
    data: Mapping[str, JSON] = field(default_factory=dict)
    refused: bool = False
    final: bool = False
    to_pay: ToPay | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuItem(Generic[I]):
    """Something that can be asked for.

    `propose` is there when it must be confirmed: it says what a yes would do, with its price, and
    changes nothing; `answer` then is what the yes does. What can be taken back is `undoable`.
    `changes` without `propose`: it changes something that costs nothing and is easily changed back.
    `proof` finds name and document number among the inputs: at a door whose messages come from the
    line itself they stand for the highest level.
    `together` answers many at once, in the order asked, for doors in a hurry; WanhaoErrors among
    the answers are refusals. `says` tells, in Chinese and English, what it does, where its form
    shows nothing of it.
    """

    code: str
    zh: str
    en: str
    level: IdentityLevel
    doors: frozenset[Door]
    inputs: type[I]
    answer: Callable[[Asking[I]], Answer]
    propose: Callable[[Asking[I]], Answer] | None = None
    undoable: bool = True
    changes: bool = False
    proof: Callable[[I], tuple[str, str]] | None = None
    together: Callable[[Sequence[Asking[I]]], Sequence["Answer | WanhaoError"]] | None = None
    says: tuple[str, str] = ("", "")

    @property
    def confirmed(self) -> bool:
        """Whether it must be confirmed."""
        return self.propose is not None

    @property
    def reads_only(self) -> bool:
        """Whether asking changes nothing."""
        return not (self.confirmed or self.changes)


class ReplyKind(StrEnum):
    """What becomes of a question."""

    ANSWERED = "answered"
    TO_CONFIRM = "to_confirm"
    TO_STEP_UP = "to_step_up"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a door has to show.

    `nonce`, `code` and `expires_at` of what waits for a yes: a door that keeps the nonce sends it
    with the yes; the code is for customers, to be written or keyed with it where `code_needed`.
    `needs` is the identity level that is missing; `to_pay` where a payment is to be made.
    """

    kind: ReplyKind
    item: str
    long: str
    short: str
    data: Mapping[str, JSON] = field(default_factory=dict)
    nonce: str = ""
    code: str = ""
    code_needed: bool = False
    expires_at: datetime | None = None
    needs: IdentityLevel | None = None
    to_pay: ToPay | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question as a door brings it: inputs not looked at yet."""

    item: str
    given: Mapping[str, object]
    asker: Asker


class RefusedError(WanhaoError):
    """Something a customer cannot have, in both languages: what is so, and what to do."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en

    def said(self, language: Language) -> str:
        """In one language."""
        return self.zh if language is Language.ZH else self.en
