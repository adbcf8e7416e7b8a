"""What other rooms may hold of a foreign billing: what it told, what it is owed, how it stands."""

from dataclasses import dataclass
from datetime import datetime

from wanhao.values.errors import WanhaoError

CHANGES = "changes"


class ForeignBillingError(WanhaoError):
    """Something went wrong between here and the foreign billing; nothing was applied."""


class UnreachableError(ForeignBillingError):
    """No answer, or one that says to try again (5xx), after every attempt."""


class RefusedError(ForeignBillingError):
    """The foreign billing says that the question itself is wrong (4xx); asking again is vain."""

    def __init__(self, message: str, remedy: str, status: int) -> None:
        super().__init__(message, remedy)
        self.status = status


class WrongAnswerError(ForeignBillingError):
    """An answer that is not what was agreed; none of it was applied."""


class CursorGoneError(ForeignBillingError):
    """The feed no longer knows the cursor (410); it is read again from its beginning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldFunds:
    """A changed balance of an account that is known here; see `AccountFunds`."""

    account_id: int
    spendable_fen: int | None
    billed_through: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldTerms:
    """Changed allowances of a group that is known here, from `cycle` on, in voice units of
    `voice_unit` seconds, messages and octets."""

    group_id: int
    account_id: int
    cycle: int
    plan: str
    voice_unit: int
    voice: int
    message: int
    data: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What one page came to: what the meter must be told, and figures of the page.

    `repeated` changes were not newer than what was kept; `unknown` ones are about an account or a
    number that nobody here has (yet); they are kept until it is opened.
    """

    funds: tuple[ToldFunds, ...] = ()
    terms: tuple[ToldTerms, ...] = ()
    changes: int = 0
    repeated: int = 0
    unknown: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """One step along a feed; `more` is true when the next page waits already.

    `taken` is false when another follower took the page first: nothing was applied then. Of bills,
    `different` ones came again with other lines than were imported.
    """

    taken: bool
    more: bool
    changes: int = 0
    repeated: int = 0
    unknown: int = 0
    different: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingPayment:
    """A payment on its way; `reference` is its idempotency key."""

    payment_id: int
    account: str
    reference: str
    amount_fen: int
    taken_at: datetime
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedView:
    """How far a feed was read.

    `caught_up_at` is when it was last read to its end, `latest_at` the time of its newest change by
    their clock. `trouble` is why the last attempt failed, empty after one that did not.
    """

    name: str
    cursor: str
    caught_up_at: datetime | None
    latest_at: datetime | None
    pages: int
    changes: int
    repeated: int
    unknown: int
    trouble: str
    trouble_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignStatus:
    """How the link to a foreign billing stands; `unknown_*` are things told of but not here."""

    feeds: tuple[FeedView, ...]
    unknown_accounts: int
    unknown_numbers: int
    waiting: int
    waiting_fen: int
    oldest_waiting_at: datetime | None
    waiting_because: str
    refused: int
    refused_fen: int
