"""What other rooms may hold of lost property."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from wanhao.outlets.lost_states import ClaimState, ThingState


class ThingKind(StrEnum):
    """What was lost, as roughly as a stranger may know."""

    BAG = "bag"
    WALLET = "wallet"
    PHONE = "phone"
    DOCUMENTS = "documents"
    CASH = "cash"
    KEYS = "keys"
    JEWELLERY = "jewellery"
    CLOTHING = "clothing"
    UMBRELLA = "umbrella"
    GLASSES = "glasses"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class LostTerms:
    """How long things are kept, and how many claims one may make, as `lost.toml` has it."""

    police_days: int
    kept_months: int
    days_off: int
    claims_a_day: int
    open_claims: int
    valuable: frozenset[ThingKind]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewThing:
    """A thing that was found: where in the hall, what it looks like and holds, who found it and who
    saw that, where it is kept. Only employees read these words.

    `reference` makes it one, however often it is sent.
    """

    hall: str
    kind: ThingKind
    found_at: datetime
    place: str
    description: str
    contents: str
    finder: str
    witness: str
    kept_in: str
    reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A found thing as a stranger may know it: what, on which day, in which hall; nothing that
    would let anybody claim it."""

    thing_id: int
    kind: ThingKind
    day: date
    hall: str
    hall_zh: str
    hall_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewClaim:
    """Somebody says that something is theirs: by its number, or, when nothing was found yet, by
    what was lost when and where.

    `marks` is what only the owner knows, `phone` where to call.
    """

    kind: ThingKind
    day: date
    phone: int
    marks: str
    thing_id: int | None = None
    hall: str = ""
    line_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimView:
    """A claim as employees see it; `phone` is shown masked unless a reading is recorded."""

    claim_id: int
    thing_id: int | None
    kind: ThingKind
    day: date
    hall: str
    marks: str
    phone: int
    state: ClaimState
    made_at: datetime
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """Who a thing was given to, and the document that was seen: its kind and last four digits.

    `witness` saw it; `signed` says that the receiver signed the list of contents.
    """

    receiver: str
    document: str
    tail: str
    witness: str
    signed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ThingView:
    """A found thing as employees see it; `due_on` is the day from which it leaves the hall."""

    thing_id: int
    new: NewThing
    state: ThingState
    valuable: bool
    due_on: date
    registered_by: str
    settled_at: datetime | None
    settled: str
    claims: int
