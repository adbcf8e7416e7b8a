"""A bill's lines in words: what, how much, of which allowance, how much beyond, at which price."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from wanhao.billing.bills.contracts import (
    ITEM_KINDS,
    USAGE_KINDS,
    Allowance,
    BillLine,
    LineKind,
    Upgrade,
    UpgradeMode,
)
from wanhao.billing.bills.figures import data_amount, month_name, unit_price, used_amount
from wanhao.billing.bills.phrases import phrase, phrases
from wanhao.parties.contracts import Language
from wanhao.values.money import Money

OCTETS_PER_MB = 1024 * 1024
FREE_ZONE = "free"
SECTIONS = ("fees", "usage", "items")


@dataclass(frozen=True, slots=True, kw_only=True)
class WordedAllowance:
    """One allowance in words; `used_percent` is for a bar, from 0 to 100."""

    name: str
    included: str
    used: str
    left: str
    used_percent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WordedLine:
    """One line in words."""

    kind: LineKind
    title: str
    fen: int
    amount: str
    used: str
    notes: tuple[str, ...]
    allowances: tuple[WordedAllowance, ...]
    group_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Lines that belong together on a bill, with what they come to."""

    name: str
    title: str
    fen: int
    amount: str
    lines: tuple[WordedLine, ...]


def sections(lines: Iterable[BillLine], language: Language) -> tuple[Section, ...]:
    """The bill's lines as fees, usage and adjustments, each in the order they were written."""
    gathered: dict[str, list[WordedLine]] = {name: [] for name in SECTIONS}
    for line in lines:
        gathered[_section_of(line.kind)].append(worded(line, language))
    return tuple(_section(name, found, language) for name, found in gathered.items() if found)


def worded(line: BillLine, language: Language) -> WordedLine:
    """One line in words."""
    service = service_of(line)
    used = used_amount(service, line.used, line.voice_unit or 60, language) if service else ""
    return WordedLine(
        kind=line.kind,
        title=title_of(line, language),
        fen=line.fen,
        amount=str(Money(line.fen)),
        used=used,
        notes=_notes(line, used, language),
        allowances=tuple(_allowance(one, line, language) for one in line.allowances),
        group_id=line.group_id,
    )


def title_of(line: BillLine, language: Language) -> str:
    """What a line is about; a name as it was when the bill was written comes first."""
    name = line.name_en if language is Language.EN and line.name_en else line.name_zh
    if name:
        return name
    if line.kind is LineKind.LATE:
        about = phrase("title", "late", language, month=month_name(line.of_cycle, language))
        gap = ": " if language is Language.EN else "："
        return about + (gap + _usage_title(line, language) if line.service else "")
    if line.kind in USAGE_KINDS:
        return _usage_title(line, language)
    return phrase("title", line.kind.value, language)


def service_of(line: BillLine) -> str:
    """The service a line counts, empty for fees."""
    return line.kind.value if line.kind in USAGE_KINDS else line.service


def _section_of(kind: LineKind) -> str:
    if kind in USAGE_KINDS:
        return "usage"
    return "items" if kind in ITEM_KINDS and kind is not LineKind.ONE_OFF else "fees"


def _section(name: str, lines: Sequence[WordedLine], language: Language) -> Section:
    fen = sum(line.fen for line in lines)
    title = phrase("section", name, language)
    return Section(name=name, title=title, fen=fen, amount=str(Money(fen)), lines=tuple(lines))


def _usage_title(line: BillLine, language: Language) -> str:
    zone, service = line.zone, service_of(line)
    known = phrases()["zone"]
    where = phrase("zone", zone, language) if zone in known else zone
    return phrase(
        "title", "usage", language, zone=where, service=phrase("service", service, language)
    )


def _notes(line: BillLine, used: str, language: Language) -> tuple[str, ...]:
    if line.detail:
        return (line.detail,)
    if line.kind in USAGE_KINDS:
        return (
            phrase("note", "used", language, used=used),
            *_beyond(line, language),
            *_earlier(line, language),
        )
    if line.kind is LineKind.LATE:
        return (phrase("note", "late", language, used=used),) if used else ()
    if line.of_days and line.days < line.of_days:
        return (phrase("note", "days", language, days=line.days, of_days=line.of_days),)
    return (phrase("note", "whole-month", language),) if line.of_days else ()


def _beyond(line: BillLine, language: Language) -> tuple[str, ...]:
    if line.zone == FREE_ZONE:
        return (phrase("note", "free", language),)
    if not line.beyond:
        return (phrase("note", "within", language),)
    service = service_of(line)
    beyond = used_amount(service, line.beyond, line.voice_unit or 60, language)
    price = unit_price(service, line.price_fen, line.voice_unit or 60, language)
    if line.upgrade is None:
        return (phrase("note", "beyond", language, beyond=beyond, price=price),)
    told = phrase("note", "beyond-upgrade", language, beyond=beyond)
    return (told, *_upgrade(line.upgrade, price, language))


def _earlier(line: BillLine, language: Language) -> tuple[str, ...]:
    """What was charged before other prices began within the month."""
    if not line.earlier_fen:
        return ()
    return (phrase("note", "earlier", language, fee=str(Money(line.earlier_fen))),)


def _upgrade(upgrade: Upgrade, price: str, language: Language) -> tuple[str, ...]:
    name = upgrade.mode.value
    if not upgrade.tier and upgrade.mode is not UpgradeMode.STACK:
        name = "base"
    figures: dict[str, str | int] = {
        "tier": upgrade.tier,
        "fee": str(Money(upgrade.fee_fen)),
        "quota": data_amount(upgrade.quota_mb * OCTETS_PER_MB),
        "price": price,
    }
    notes = [phrase("note", name, language, **figures)]
    if upgrade.cap_fen:
        notes.append(phrase("note", "cap", language, cap=str(Money(upgrade.cap_fen))))
    return tuple(notes)


def _allowance(one: Allowance, line: BillLine, language: Language) -> WordedAllowance:
    service, unit = service_of(line), line.voice_unit or 60
    name = one.name_en if language is Language.EN and one.name_en else one.name_zh
    return WordedAllowance(
        name=name or phrase("allowance", one.kind.value, language),
        included=used_amount(service, one.quantity, unit, language),
        used=used_amount(service, one.used, unit, language),
        left=used_amount(service, one.quantity - one.used, unit, language),
        used_percent=min(100, one.used * 100 // one.quantity) if one.quantity else 0,
    )
