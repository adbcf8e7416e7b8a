"""The answers of a foreign billing, as agreed in docs/reference/billing-source.md.

An answer that breaks the agreement anywhere is refused whole. Fields not named here are passed
over, so that their side may add some.
"""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from wanhao.billing.foreign_models import CURSOR_LENGTH, REFERENCE_LENGTH

MOST_FEN = 10**15
MOST_CHANGES = 1_000
MOST_BILLS = 200
MOST_LINES = 1_000
LOWEST_NUMBER, HIGHEST_NUMBER = 10_000_000_000, 19_999_999_999

# No control characters: they would break lists, logs and the database alike.
_PLAIN = r"^[^\x00-\x1f\x7f]+$"
Fen = Annotated[int, Field(ge=-MOST_FEN, le=MOST_FEN)]
Amount = Annotated[int, Field(ge=0, le=MOST_FEN)]
Version = Annotated[int, Field(ge=0, le=2**63 - 1)]
Reference = Annotated[str, Field(min_length=1, max_length=REFERENCE_LENGTH, pattern=_PLAIN)]
Text = Annotated[str, Field(min_length=1, max_length=200, pattern=_PLAIN)]
Cursor = Annotated[str, Field(min_length=1, max_length=CURSOR_LENGTH, pattern=r"^[\x21-\x7e]+$")]
Month = Annotated[int, Field(ge=200001, le=999912)]


class _Answer(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")


def _check_month(number: int) -> None:
    if not 1 <= number % 100 <= 12:
        raise ValueError(f"{number} is not a month")


class BalanceChange(_Answer):
    """What an account can spend now; null: its money is not to be watched."""

    kind: Literal["balance"]
    version: Version
    at: AwareDatetime
    account: Reference
    spendable_fen: Fen | None
    billed_through: Month | Literal[0]

    @model_validator(mode="after")
    def _of_a_month(self) -> Self:
        if self.billed_through:
            _check_month(self.billed_through)
        return self


class AllowanceTold(_Answer):
    """What is included of one service, and what is left of it by their count."""

    total: Amount
    left: Fen | None = None


class AllowancesTold(_Answer):
    """The allowances of a group: voice units, messages, octets."""

    voice: AllowanceTold
    message: AllowanceTold
    data: AllowanceTold


class TermsChange(_Answer):
    """What the group of a number may use from a cycle on."""

    kind: Literal["terms"]
    version: Version
    at: AwareDatetime
    number: Annotated[int, Field(ge=LOWEST_NUMBER, le=HIGHEST_NUMBER)]
    cycle: Month
    plan: Text
    voice_unit_seconds: Annotated[int, Field(ge=1, le=86_400)] = 60
    allowances: AllowancesTold

    @model_validator(mode="after")
    def _of_a_month(self) -> Self:
        _check_month(self.cycle)
        return self


Change = Annotated[BalanceChange | TermsChange, Field(discriminator="kind")]


class ChangesPage(_Answer):
    """Changes in the order in which they happened, and the cursor behind the last of them."""

    changes: Annotated[tuple[Change, ...], Field(max_length=MOST_CHANGES, strict=False)]
    cursor: Cursor
    more: bool


class BillLineTold(_Answer):
    """One line of their bill, kept as it was given."""

    name_zh: Text
    name_en: Annotated[str, Field(max_length=200)] = ""
    detail: Annotated[str, Field(max_length=500)] = ""
    fen: Fen


class BillTold(_Answer):
    """A bill as they issued it; its total is the sum of its lines."""

    account: Reference
    cycle: Month
    number: Reference
    version: Version
    issued_at: AwareDatetime
    due_on: date
    lines: Annotated[tuple[BillLineTold, ...], Field(max_length=MOST_LINES, strict=False)]
    total_fen: Fen

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        _check_month(self.cycle)
        found = sum(line.fen for line in self.lines)
        if found != self.total_fen:
            raise ValueError(f"the lines sum to {found} fen, the total says {self.total_fen}")
        return self


class BillsPage(_Answer):
    """Bills of one cycle in the order in which they were issued or corrected."""

    bills: Annotated[tuple[BillTold, ...], Field(max_length=MOST_BILLS, strict=False)]
    cursor: Cursor
    more: bool


class PaymentAnswer(_Answer):
    """What they say to a payment; they repeat its reference, so that answers cannot be mixed up."""

    reference: Reference
    status: Literal["accepted", "refused"]
    reason: Annotated[str, Field(max_length=200)] = ""
