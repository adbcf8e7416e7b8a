"""What other rooms may hold of a login."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from wanhao.values.errors import WanhaoError


class LoginKind(StrEnum):
    """Who signs in."""

    CUSTOMER = "customer"
    EMPLOYEE = "employee"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadView:
    """That somebody read personal data; `login_name` is empty when nobody had signed in, `reason`
    when none was asked for."""

    login_name: str
    subject: str
    purpose: str
    read_at: datetime
    reason: str = ""
    read_id: int = 0
    login_id: int | None = None


class Scope(StrEnum):
    """What a token may be used for; a change may also be read about."""

    READ = "read"
    CHANGE = "change"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewToken:
    """A token to be issued for a line: what for, until when, by whom and why."""

    line_id: int
    scopes: frozenset[Scope]
    ends_at: datetime
    issued_by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenView:
    """A token as it may be shown: never its secret. `revoked_at` is empty while it may be used."""

    token_id: int
    line_id: int
    scopes: frozenset[Scope]
    issued_at: datetime
    ends_at: datetime
    issued_by: str
    reason: str
    used_at: datetime | None
    revoked_at: datetime | None


class TryKind(StrEnum):
    """What somebody may be wrong about."""

    PASSWORD = "password"  # noqa: S105
    DOCUMENT = "document"
    VOUCHER = "voucher"


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordCheck:
    """Whether a service password was right. `left` are the tries left today where it was not;
    `must_change`: it is an initial one, good only for setting another."""

    right: bool
    left: int = 0
    must_change: bool = False


class CodePurpose(StrEnum):
    """What a one-time code may be used for, and for nothing else."""

    SIGN_IN = "sign-in"
    STEP_UP = "step-up"
    BIND = "bind"


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedCode:
    """A code that goes to the handset and nowhere else; another one may be asked for after so many
    seconds."""

    code_id: int
    code: str
    ends_at: datetime
    again_after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeCheck:
    """Whether a code was right; `left` are the tries left where it was not (0: it is dead)."""

    right: bool
    left: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkView:
    """What a one-time link was made for: a line, a thing, and the token of a program that waits."""

    link_id: int
    line_id: int
    purpose: str
    token_id: int | None


class TooManyCodesError(WanhaoError):
    """A code was sent a moment ago, or too many were; `wait` says how long it takes."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__("Too many codes were asked for.", f"Wait {wait}.")
        self.wait = wait
