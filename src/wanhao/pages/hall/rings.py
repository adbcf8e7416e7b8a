"""Allowances as rings: what is left in the middle, when it renews below; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from wanhao.menu.wording import amount, day, included, moment, name, pick, service
from wanhao.parties.contracts import Language
from wanhao.products.contracts import HeldProduct, Kind, Lasts
from wanhao.usage.use_contracts import ServiceUse, UseSoFar
from wanhao.values.cycle import Cycle

LOW = 20
"""Of a hundred: with so much left or less a ring takes the colour of what ends soon."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """An allowance as it is drawn: `left` of a hundred, `tone` as it stands.

    `beyond` says how much was used after it was used up; empty before.
    """

    code: str
    name: str
    middle: str
    below: str
    used: str
    left: int
    tone: str
    beyond: bool = False
    none: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PackRow:
    """A pack: what it holds, and until when."""

    code: str
    name: str
    holds: str
    until: str
    ends: bool


def rings(use: UseSoFar, now: datetime, language: Language) -> tuple[Ring, ...]:
    """A ring for each service, those with an allowance first."""
    renews = day(Cycle.of(now).end, language)
    ordered = sorted(use.home, key=lambda one: (not one.allowance, ORDER[one.service.value]))
    return tuple(_ring(one, use.voice_unit, renews, language) for one in ordered)


def packs(held: Sequence[HeldProduct], language: Language) -> tuple[PackRow, ...]:
    """The packs of a group, the one that ends first in front."""
    found = [one for one in held if one.offering.kind is Kind.PACK]
    found.sort(key=lambda one: (one.until is None, one.until or one.since, one.product_id))
    return tuple(_pack(one, language) for one in found)


ORDER = {"data": 0, "voice": 1, "message": 2}


def _ring(one: ServiceUse, unit: int, renews: str, language: Language) -> Ring:
    code = one.service.value
    used = amount(code, max(one.used, 0), unit, language, up=True)
    if not one.allowance:
        return Ring(
            code=code,
            name=_called(code, language),
            middle=used,
            below=pick(language, ("已用，套餐内不含", "used, none included")),
            used="",
            left=0,
            tone="quiet",
            none=True,
        )
    rest = one.allowance - one.used
    total = amount(code, one.allowance, unit, language, up=False)
    left = max(min(rest, one.allowance) * 100 // one.allowance, 0)
    return Ring(
        code=code,
        name=_called(code, language),
        middle=amount(code, abs(rest), unit, language, up=rest < 0),
        below=pick(language, (f"{renews}更新", f"renews {renews}")),
        used=pick(language, (f"已用{used}，共{total}", f"{used} of {total} used")),
        left=left,
        tone="need" if rest <= 0 else "soon" if left <= LOW else "calm",
        beyond=rest < 0,
    )


def _called(code: str, language: Language) -> str:
    said = service(code, language)
    return said[:1].upper() + said[1:]


def _pack(one: HeldProduct, language: Language) -> PackRow:
    offering = one.offering
    parts = [
        f"{service(part.service.value, language)}{pick(language, ('', ' '))}"
        f"{included(part.service.value, part.quantity, language)}"
        for part in offering.allowances
    ]
    if one.until is not None:
        until = moment(one.until, language)
        said = pick(language, (f"{until}到期", f"until {until}"))
    elif offering.lasts is Lasts.UNTIL_CANCELLED:
        said = pick(language, ("每月自动续订", "renews every month"))
    else:
        said = ""
    return PackRow(
        code=offering.code,
        name=name(offering, language),
        holds=pick(language, ("，", ", ")).join(parts),
        until=said,
        ends=one.until is not None,
    )
