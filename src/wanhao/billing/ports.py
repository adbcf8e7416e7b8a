"""What billing calls outward, and how the rest of the product reaches whoever does the billing."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from wanhao.billing.contracts import NewPayment, PaymentResult
from wanhao.values.errors import WanhaoError


class Billing(StrEnum):
    """Who charges the customers: this product, or a system the operator already has."""

    OWN = "own"
    FOREIGN = "foreign"


class PaymentState(StrEnum):
    """How far a payment is; where billing is ours it is accepted as soon as it is recorded."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFunds:
    """What an account can spend, before the charges of the cycles after `billed_through`.

    `spendable_fen` None: the account's money is not watched. `told_at` None: known here first.
    """

    account_id: int
    spendable_fen: int | None
    billed_through: int
    told_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What a group may use of a service in a cycle; voice units, messages or octets.

    `left` None: whoever bills does not say how much of it is left.
    """

    service: str
    total: int
    left: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupAllowances:
    """The allowances of a group; `voice_unit` is seconds, `plan` their word for what it holds."""

    group_id: int
    cycle: int
    plan: str
    voice_unit: int
    allowances: tuple[Allowance, ...]
    told_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BillSummary:
    """One bill of an account's history; `number` is empty where bills carry none."""

    account_id: int
    cycle: int
    total_fen: int
    issued_at: datetime
    due_on: date
    source: Billing
    number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentView:
    """A payment taken here and what became of it; `said` is why it waits or was refused."""

    account_id: int
    reference: str
    amount_fen: int
    taken_at: datetime
    state: PaymentState
    said: str = ""
    settled_at: datetime | None = None


class BillingSource(Protocol):
    """What the rest of the product asks of billing, whoever does it."""

    @property
    def billing(self) -> Billing:
        """Who charges the customers."""
        ...

    def funds(self, account_ids: Collection[int]) -> Mapping[int, AccountFunds]:
        """What each account can spend; an account nothing is known of is left out."""
        ...

    def allowances(self, group_ids: Collection[int], cycle: int) -> Mapping[int, GroupAllowances]:
        """What each group may use in a cycle; a group nothing is known of is left out."""
        ...

    def bills(self, account_id: int, latest: int) -> Sequence[BillSummary]:
        """The account's latest bills, newest first."""
        ...

    def payments(self, account_id: int, latest: int) -> Sequence[PaymentView]:
        """The account's latest payments taken here, newest first."""
        ...

    def take_payment(self, payment: NewPayment, now: datetime) -> PaymentResult:
        """Take a payment once per reference, within the caller's transaction.

        WanhaoError when the amount is not positive, the account is unknown, or the reference was
        used for another amount or account.
        """
        ...


@dataclass(slots=True)
class Chosen:
    """The adapter behind the port, given by the project when a process starts."""

    source: BillingSource | None = None


CHOSEN = Chosen()


def provide_billing(source: BillingSource) -> None:
    """Say who does the billing; called once when a process starts."""
    CHOSEN.source = source


def billing_source() -> BillingSource:
    """Whoever does the billing."""
    assert CHOSEN.source is not None, "nobody was given the billing at the start"
    return CHOSEN.source


def refuse_elsewhere(what: str) -> None:
    """WanhaoError where billing is foreign; `what` is done where billing is done."""
    if billing_source().billing is Billing.FOREIGN:
        raise WanhaoError(
            f"{what} in your own billing, not here.", "Do it there; this system is told of it."
        )
