"""What other rooms may hold of customers, accounts, groups and lines."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class PayType(StrEnum):
    """When an account pays."""

    PREPAID = "prepaid"
    POSTPAID = "postpaid"


class CustomerKind(StrEnum):
    """Who a customer is."""

    PERSON = "person"
    COMPANY = "company"


class LineRole(StrEnum):
    """A line's place in its group."""

    MAIN = "main"
    SECONDARY = "secondary"


class Language(StrEnum):
    """The language a line is written to in."""

    ZH = "zh"
    EN = "en"


class MediumKind(StrEnum):
    """How somebody can be reached besides the number itself."""

    APP = "app"
    EMAIL = "email"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactMedium:
    """Where a line can be reached besides its number.

    `value` is the address of a mail box, or how the app knows the customer.
    """

    kind: MediumKind
    value: str


class DocumentKind(StrEnum):
    """What a customer's identity was proved with."""

    IDENTITY_CARD = "identity-card"
    PASSPORT = "passport"
    HK_MACAU_PERMIT = "hk-macau-permit"
    LICENCE = "licence"


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentView:
    """A document that was seen; of its number only the last digits are kept to be shown."""

    kind: DocumentKind
    tail: str
    recorded_at: datetime

    @property
    def masked(self) -> str:
        """The number as it may be shown."""
        return f"****{self.tail}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLine:
    """A line to be opened; `since` is epoch seconds UTC."""

    number: int
    since: int
    role: LineRole = LineRole.MAIN
    language: Language = Language.ZH


@dataclass(frozen=True, slots=True, kw_only=True)
class NewGroup:
    """Lines that will share their allowances (a single line is a group of one)."""

    lines: tuple[NewLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """An account to be opened for a new customer; its unique `reference` makes it happen once.

    `city` is a code of `cities.toml`, such as "3601".
    """

    reference: str
    customer_name: str
    customer_kind: CustomerKind
    city: str
    pay_type: PayType
    groups: tuple[NewGroup, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineView:
    """A line as other rooms see it."""

    line_id: int
    number: int
    account_id: int
    group_id: int
    role: LineRole
    language: Language
    city: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BindingView:
    """A line that a login may ask for, since when; `own`: whoever signs in with the line's number
    signs in with this login. `large_type`: the line's pages are shown in large type."""

    binding_id: int
    login_id: int
    line: LineView
    own: bool
    since: datetime
    large_type: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountProfile:
    """Who pays, when, and since when they are with us: the beginning of the oldest line.

    `live` is false when no line is left; `since` is empty when there never was one.
    """

    account_id: int
    reference: str
    customer_name: str
    customer_kind: CustomerKind
    pay_type: PayType
    since: datetime | None
    live: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedGroup:
    """A group after opening."""

    group_id: int
    lines: tuple[LineView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedAccount:
    """An account after opening, groups in the order they were asked for.

    `first` is false when the reference was known already and nothing was opened.
    """

    reference: str
    account_id: int
    pay_type: PayType
    groups: tuple[OpenedGroup, ...]
    first: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class City:
    """A city the operator serves; `code` is the four-digit GB code, `area_code` the trunk code."""

    code: str
    name_zh: str
    name_en: str
    area_code: str
