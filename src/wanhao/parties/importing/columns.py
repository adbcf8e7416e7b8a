"""The columns of an import file, and how the words in each are understood."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from wanhao.parties.cities import known_cities
from wanhao.parties.contracts import CustomerKind, Language, LineRole, PayType
from wanhao.parties.importing.contracts import Fault, Vocabulary
from wanhao.values.cycle import SHANGHAI

Parsed = str | int | Fault
Parse = Callable[[str], Parsed]

LONGEST_REFERENCE = 56
LONGEST_NAME = 64
LONGEST_GROUP = 32
REQUIRED = ("account", "customer", "city", "pay_type", "number", "since", "plan")
OPTIONAL = ("kind", "group", "role", "language", "packs", "balance_yuan")
COLUMNS = REQUIRED + OPTIONAL
EARLIEST_YEAR = 1980
MOST_YUAN_DIGITS = 10

_AMOUNT = re.compile(rf"([0-9]{{1,{MOST_YUAN_DIGITS}}})(?:\.([0-9]{{1,2}}))?")
_SLASHES = re.compile(r"([0-9]{4})/([0-9]{1,2})/([0-9]{1,2})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A column of free text."""

    longest: int
    required: bool


TEXTS: Mapping[str, Text] = MappingProxyType(
    {
        "account": Text(longest=LONGEST_REFERENCE, required=True),
        "customer": Text(longest=LONGEST_NAME, required=True),
        "group": Text(longest=LONGEST_GROUP, required=False),
    }
)


def parsers(vocabulary: Vocabulary, now: datetime) -> Mapping[str, Parse]:
    """How each column with few different values is understood; the value, or what is wrong."""
    return MappingProxyType(
        {
            "kind": _word({kind.value: kind.value for kind in CustomerKind}, CustomerKind.PERSON),
            "city": _needed(_city_codes(), Fault.UNKNOWN_CITY),
            "pay_type": _needed({kind.value: kind.value for kind in PayType}, Fault.UNKNOWN_WORD),
            "role": _word({role.value: role.value for role in LineRole}, LineRole.MAIN),
            "language": _word({lang.value: lang.value for lang in Language}, Language.ZH),
            "since": lambda text: _since(text, now),
            "plan": _needed({code: code for code in vocabulary.plans}, Fault.UNKNOWN_OFFERING),
            "packs": lambda text: _packs(text, vocabulary.packs),
            "balance_yuan": _fen,
        }
    )


def _word(known: Mapping[str, str], left_out: str) -> Parse:
    return lambda text: known.get(text.lower(), Fault.UNKNOWN_WORD) if text else str(left_out)


def _needed(known: Mapping[str, str], strange: Fault) -> Parse:
    return lambda text: known.get(text, strange) if text else Fault.MISSING


def _city_codes() -> dict[str, str]:
    """A city may be given by its code, its area code, or its Chinese name with or without 市."""
    return {
        word: city.code
        for city in known_cities()
        for word in (city.code, city.area_code, city.name_zh, f"{city.name_zh}市")
    }


def _since(text: str, now: datetime) -> Parsed:
    """Epoch seconds of a date or a time; without a zone it is the clock of Asia/Shanghai."""
    if not text:
        return Fault.MISSING
    slashes = _SLASHES.fullmatch(text)
    if slashes:
        text = f"{slashes[1]}-{slashes[2]:0>2}-{slashes[3]:0>2}"
    try:
        told = datetime.fromisoformat(text)
    except ValueError:
        return Fault.NOT_A_DATE
    if told.year < EARLIEST_YEAR:
        return Fault.NOT_A_DATE
    at = told if told.tzinfo else told.replace(tzinfo=SHANGHAI)
    return Fault.IN_THE_FUTURE if at > now else (at - EPOCH) // timedelta(seconds=1)


EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def _packs(text: str, known: frozenset[str]) -> Parsed:
    """Codes between semicolons, put in order, so that the same packs are the same text."""
    codes = sorted({code.strip() for code in text.replace("；", ";").split(";")} - {""})
    return ";".join(codes) if known.issuperset(codes) else Fault.UNKNOWN_OFFERING


def _fen(text: str) -> Parsed:
    """Fen of an amount in yuan; nothing told is nothing."""
    amount = _AMOUNT.fullmatch(text or "0")
    if not amount:
        return Fault.NOT_AN_AMOUNT
    return int(amount[1]) * 100 + int((amount[2] or "").ljust(2, "0"))
