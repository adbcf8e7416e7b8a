"""What must hold of an offering, and of all offerings together, before they may be sold."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import pairwise
from typing import Any

from wanhao.products.catalogue_lines import Lines
from wanhao.products.contracts import (
    DataSchedule,
    FirstMonth,
    Kind,
    Lasts,
    Mode,
    Offering,
    Period,
    Problem,
)

Place = tuple[str | int, ...]
Complaint = tuple[Place, str]
CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LONGEST_CODE = 32
PRICED = (Kind.PLAN, Kind.BUNDLE)
FIGURES = ("fee_fen", "months", "limit", "speed_mbps", "minimum_fen")
NAMED = {field.name for field in fields(Offering)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry of a file: what it says itself, what the file's defaults add, what they come to."""

    file: str
    lines: Lines
    place: int
    told: Mapping[str, Any]
    defaults: Mapping[str, Any]
    offering: Offering | None

    @property
    def code(self) -> str:
        return str(self.told.get("code", ""))

    def holding(self, offering: Offering) -> "Entry":
        """The same entry, understood."""
        return replace(self, offering=offering)

    def problems(self, complaints: Iterable[Complaint]) -> Iterator[Problem]:
        """Complaints with file and line; what the defaults say is complained of there, once."""
        for where, reason in complaints:
            name = where[0] if where else ""
            inherited = name not in self.told and name in self.defaults
            line = (
                self.lines.of("defaults", *where)
                if inherited
                else self.lines.of("offering", self.place, *where)
            )
            entry = "" if inherited else self.code or f"offering {self.place + 1}"
            yield Problem(file=self.file, line=line, entry=entry, reason=reason)


def complaints(entry: Entry) -> Iterator[Complaint]:
    """What is wrong with an entry taken by itself."""
    if entry.offering is not None:
        for rule in RULES:
            yield from rule(entry.offering)


def complaints_of_all(entries: Sequence[Entry], families: set[str]) -> Iterator[Problem]:
    """What is wrong between entries: names nobody has, and one code sold twice at a time."""
    known = {entry.code for entry in entries}
    versions: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.offering is not None:
            versions[entry.code].append(entry)
            yield from entry.problems(_strangers(entry.offering, known, families))
    for same in versions.values():
        yield from _overlaps(same)


def _strangers(offering: Offering, known: set[str], families: set[str]) -> Iterator[Complaint]:
    for place, name in enumerate(offering.excludes):
        if name not in known | families:
            yield ("excludes", place), f"excludes '{name}', which is no code and no family"
    for place, name in enumerate(offering.parts):
        if name not in known:
            yield ("parts", place), f"is made of '{name}', which is no code"


def _overlaps(same: Sequence[Entry]) -> Iterator[Problem]:
    ordered = sorted(same, key=lambda entry: _sale(entry).sold_from)
    for earlier, later in pairwise(ordered):
        ends, begins = _sale(earlier).sold_until, _sale(later).sold_from
        if ends is None or ends >= begins:
            until = f"until {ends}" if ends else "without an end"
            yield from later.problems(
                [(("sold_from",), f"is on sale from {begins}, but also {until} in another entry")]
            )


def _sale(entry: Entry) -> Offering:
    assert entry.offering is not None
    return entry.offering


def _names(offering: Offering) -> Iterator[Complaint]:
    if not CODE.fullmatch(offering.code) or len(offering.code) > LONGEST_CODE:
        yield ("code",), f"a code is a-z, 0-9 and single -, at most {LONGEST_CODE} characters"
    for name in ("name_zh", "name_en"):
        if not getattr(offering, name).strip():
            yield (name,), f"'{name}' is empty"
    if len(offering.notes_zh) != len(offering.notes_en):
        yield ("notes_zh",), "'notes_zh' and 'notes_en' must say the same, sentence by sentence"


def _origin(offering: Offering) -> Iterator[Complaint]:
    if not offering.source.strip():
        told = 'says not where its figures come from; figures of our own are source = "demo"'
        yield ("source",), told
    for place, name in enumerate(offering.demo):
        if name.split(".")[0] not in NAMED:
            yield ("demo", place), f"marks '{name}' as demo, which is not a field"


def _figures(offering: Offering) -> Iterator[Complaint]:
    for name in FIGURES:
        if getattr(offering, name) < 0:
            yield (name,), f"'{name}' must be at least 0"
    if not 1 <= offering.voice_unit_seconds <= 60 or 60 % offering.voice_unit_seconds:
        yield ("voice_unit_seconds",), "'voice_unit_seconds' must divide a minute"
    if offering.sold_until is not None and offering.sold_until < offering.sold_from:
        yield ("sold_until",), "'sold_until' is before 'sold_from'"


def _fee(offering: Offering) -> Iterator[Complaint]:
    monthly = offering.period is Period.MONTH
    if offering.first_month is FirstMonth.BY_DAYS and not monthly:
        yield ("first_month",), "a first month by days needs a monthly fee"
    if offering.period is Period.YEAR and offering.months < 1:
        yield ("period",), "a yearly fee needs the number of its 'months'"
    if offering.months and offering.period is not Period.YEAR:
        yield ("months",), "'months' belongs to a yearly fee"
    if (offering.period is Period.DAY) != (offering.lasts is Lasts.DAY):
        yield ("lasts",), "a daily fee is for what lasts a day, and the other way round"
    if (offering.period is Period.YEAR) != (offering.lasts is Lasts.TERM):
        yield ("lasts",), "a yearly fee is for what lasts a term, and the other way round"
    if monthly and offering.lasts is not Lasts.UNTIL_CANCELLED:
        yield ("lasts",), "what ends by itself is paid once, not monthly"


def _contents(offering: Offering) -> Iterator[Complaint]:
    seen = set()
    for place, part in enumerate(offering.allowances):
        if part.quantity < 1:
            yield ("allowances", place, "quantity"), "an allowance must be at least 1"
        if part.service in seen:
            yield ("allowances", place), f"includes {part.service} twice"
        seen.add(part.service)
    if offering.kind in (Kind.PACK, Kind.MODULE) and not offering.allowances:
        yield ("kind",), f"a {offering.kind} must include something"
    if offering.kind in (Kind.UPGRADE, Kind.BROADBAND, Kind.CARD) and offering.allowances:
        yield ("allowances",), f"a {offering.kind} includes no allowance"


def _shape(offering: Offering) -> Iterator[Complaint]:
    kind, priced = offering.kind, offering.kind in PRICED
    if priced and offering.prices is None:
        yield ("kind",), f"a {kind} needs 'prices'"
    if not priced and offering.prices is not None:
        yield ("prices",), "only a plan or a bundle has prices"
    if priced and (offering.period is not Period.MONTH or offering.limit != 1):
        yield ("kind",), f"a {kind} has a monthly fee and is held once"
    if kind is Kind.UPGRADE and offering.schedule is None:
        yield ("kind",), "an upgrade needs a 'schedule'"
    if offering.schedule is not None and not priced and kind is not Kind.UPGRADE:
        yield ("schedule",), "only a plan, a bundle or an upgrade has a schedule"
    if (kind in (Kind.BROADBAND, Kind.BUNDLE)) != bool(offering.speed_mbps):
        yield ("kind",), "'speed_mbps' is for broadband and bundles, which need it"
    if kind is Kind.BUNDLE and len(offering.parts) < 2:
        yield ("kind",), "a bundle needs the 'parts' it is made of"


def _prices(offering: Offering) -> Iterator[Complaint]:
    if offering.prices is None:
        return
    for zone in ("domestic", "hk_macau_taiwan", "roaming"):
        prices = getattr(offering.prices, zone)
        for name in ("voice_fen", "message_fen", "data_fen_per_mb"):
            if getattr(prices, name) < 0:
                yield ("prices", zone, name), f"'prices.{zone}.{name}' must be at least 0"


def _schedule(offering: Offering) -> Iterator[Complaint]:
    schedule = offering.schedule
    if schedule is None:
        return
    for name in ("price_fen_per_mb", "cap_fen", "stop_mb"):
        if getattr(schedule, name) < 0:
            yield ("schedule", name), f"'schedule.{name}' must be at least 0"
    if not schedule.tiers:
        yield ("schedule", "tiers"), "a schedule needs at least one tier"
    if schedule.mode is Mode.STACK and len(schedule.tiers) > 1:
        yield ("schedule", "tiers"), "a stack has one tier, the block that repeats"
    yield from _tiers(schedule)


def _tiers(schedule: DataSchedule) -> Iterator[Complaint]:
    fee, quota = 0, 0
    for place, tier in enumerate(schedule.tiers):
        where = ("schedule", "tiers", place)
        if tier.quota_mb <= quota:
            told = "a tier needs a quota" if not place else f"not above the {quota} MB before it"
            yield where, f"tiers must ascend: {tier.quota_mb} MB, {told}"
        if tier.fee_fen <= fee and place:
            yield where, f"a step up must not be cheaper: {tier.fee_fen} fen after {fee} fen"
        fee, quota = tier.fee_fen, tier.quota_mb


RULES: tuple[Callable[[Offering], Iterator[Complaint]], ...] = (
    _names,
    _origin,
    _figures,
    _fee,
    _contents,
    _shape,
    _prices,
    _schedule,
)
