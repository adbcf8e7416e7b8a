"""What is said about an import: faults of rows, what became of a file, the runs so far."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from wanhao.parties.states import RunState


class Fault(StrEnum):
    """What may be wrong with a row."""

    SHAPE = "shape"
    UNREADABLE = "unreadable"
    MISSING = "missing"
    TOO_LONG = "too-long"
    UNKNOWN_WORD = "unknown-word"
    UNKNOWN_CITY = "unknown-city"
    UNKNOWN_OFFERING = "unknown-offering"
    NOT_A_NUMBER = "not-a-number"
    NOT_A_DATE = "not-a-date"
    IN_THE_FUTURE = "in-the-future"
    NOT_AN_AMOUNT = "not-an-amount"
    NUMBER_TWICE = "number-twice"
    ACCOUNT_DIFFERS = "account-differs"
    GROUP_DIFFERS = "group-differs"
    GROUP_MAIN = "group-main"
    NUMBER_IN_USE = "number-in-use"
    CONFLICT = "conflict"
    INCOMPLETE = "incomplete"


class FaultText(NamedTuple):
    """A fault in words: what is wrong, and what to do."""

    reason: str
    remedy: str


FAULT_TEXTS: Mapping[Fault, FaultText] = MappingProxyType(
    {
        Fault.SHAPE: FaultText(
            "the row has more or fewer fields than the first line names",
            "Give each row one field per column; put fields with commas in quotes.",
        ),
        Fault.UNREADABLE: FaultText(
            "there are bytes that are no letters in this encoding, or control characters",
            "Write the file as UTF-8, or name its encoding: --encoding gb18030",
        ),
        Fault.MISSING: FaultText("the field is empty", "Fill it in."),
        Fault.TOO_LONG: FaultText("the text is too long", "Shorten it."),
        Fault.UNKNOWN_WORD: FaultText(
            "the word is none that this column knows", "Use a word of the column's list."
        ),
        Fault.UNKNOWN_CITY: FaultText(
            "the city is not served", "Use a code such as 3601, an area code, or the Chinese name."
        ),
        Fault.UNKNOWN_OFFERING: FaultText(
            "nothing of that code is on sale", "Use a code of the catalogue."
        ),
        Fault.NOT_A_NUMBER: FaultText(
            "this is no mobile number", "Give eleven digits that begin with 1."
        ),
        Fault.NOT_A_DATE: FaultText(
            "this is no date", "Write 2014-07-01 or 2014-07-01 09:30:00, not before 1980."
        ),
        Fault.IN_THE_FUTURE: FaultText(
            "the line has not begun yet", "Import it when it has begun."
        ),
        Fault.NOT_AN_AMOUNT: FaultText(
            "this is no amount of yuan", "Write 50 or 50.25; what is owed cannot be imported."
        ),
        Fault.NUMBER_TWICE: FaultText(
            "the number is in the file more than once", "Leave one of the rows."
        ),
        Fault.ACCOUNT_DIFFERS: FaultText(
            "rows of one account do not say the same", "Let all rows of the account agree."
        ),
        Fault.GROUP_DIFFERS: FaultText(
            "rows of one group do not say the same", "Let all rows of the group agree."
        ),
        Fault.GROUP_MAIN: FaultText(
            "the group has not exactly one main line", "Give one of its rows the role main."
        ),
        Fault.NUMBER_IN_USE: FaultText(
            "the number belongs to a line of another account", "End that line, or leave the row."
        ),
        Fault.CONFLICT: FaultText(
            "the account is known already, and something else is known of it",
            "An import opens and never amends: change the account itself, or leave the row.",
        ),
        Fault.INCOMPLETE: FaultText(
            "another row of this account is wrong", "Mend that row; an account comes in whole."
        ),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """The codes of offerings that rows may name."""

    plans: frozenset[str]
    packs: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file to import, known by its digest, and the encoding of its text."""

    name: str
    digest: str
    encoding: str = "utf-8"


class FaultCount(NamedTuple):
    """How many rows have a fault in a column, and the first few of them."""

    fault: Fault
    field: str
    rows: int
    samples: tuple[int, ...]


class ToldLine(NamedTuple):
    """A line as its row says; `since` is epoch seconds UTC, `packs` are codes between semicolons.

    `balance_fen` is the account's, the same for all its lines.
    """

    account: str
    pay_type: str
    number: int
    since: int
    is_main: bool
    plan: str
    packs: str
    balance_fen: int


class ImportedLine(NamedTuple):
    """A line that was opened just now, and what its row says."""

    account_id: int
    group_id: int
    told: ToldLine


class StandingLine(NamedTuple):
    """A main line that stands already as its row says, and what the row says for other rooms."""

    row: int
    account: str
    group_id: int
    plan: str
    packs: str
    balance_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    """One import as the list shows it; `running` is whether somebody works at it now."""

    name: str
    digest: str
    state: RunState
    running: bool
    rows: int
    chunks: int
    chunks_done: int
    accounts_opened: int
    lines_opened: int
    rows_left_out: int
    trouble: str
    started_at: datetime
    changed_at: datetime
