"""What a fact may say: one that the meter cannot take would stop it at that place for ever."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from wanhao.metering.numbering import HIGHEST, LOWEST
from wanhao.metering.tariffs import TIERS
from wanhao.usage.contracts import (
    ContinueFact,
    CycleFact,
    DataSchedule,
    Fact,
    FeesFact,
    FundsFact,
    GroupFact,
    LineFact,
    RentFact,
    ReviewFact,
    ScheduleMode,
    TariffFact,
    ThresholdsFact,
    Zone,
)
from wanhao.values.errors import WanhaoError

Limits = Mapping[str, tuple[int, int]]
_ID = (1, 2**31 - 1)
_AMOUNT = (0, 10**15)
_FEN = (-(10**15), 10**15)
_FEE = (-(10**12), 10**12)
_PRICE = (0, 10**6)
_MB = (0, 10**8)
_TIME = (-(10**11), 10**11)
_RANK = (-(10**6), 10**6)
_TARIFF = (1, 10**6)
_CYCLE = (197001, 999912)
_SHARE = (1, 100)
_PERCENT = (1, 3_000)
MOST_PACKS = 1_000
_LIMITS: Mapping[type, Limits] = {
    TariffFact: {"number": _TARIFF, "voice_unit": (1, 86_400)},
    GroupFact: {
        "group_id": _ID,
        "account_id": _ID,
        "cycle": _CYCLE,
        "plan": (0, _ID[1]),
        "tariff": _TARIFF,
        "voice_allowance": _AMOUNT,
        "message_allowance": _AMOUNT,
        "data_allowance": _AMOUNT,
    },
    LineFact: {"number": (LOWEST, HIGHEST), "group_id": (0, _ID[1]), "since": _TIME},
    FundsFact: {
        "account_id": _ID,
        "spendable_fen": _FEN,
        "billed_through": (0, _CYCLE[1]),
        "credit_fen": (0, _FEN[1]),
    },
    FeesFact: {
        "account_id": _ID,
        "cycle": _CYCLE,
        "fee_fen": _FEE,
        "rent_fen": (0, _FEE[1]),
        "rent_from": _CYCLE,
    },
    ContinueFact: {"group_id": _ID, "cycle": _CYCLE},
    ThresholdsFact: {},
    CycleFact: {"cycle": _CYCLE},
    RentFact: {"cycle": _CYCLE, "parts": (1, _ID[1])},
    ReviewFact: {"cycle": _CYCLE, "parts": (1, _ID[1]), "percent": _SHARE},
}
_CYCLES = ("cycle", "rent_from", "billed_through")


def refuse_impossible(facts: Sequence[Fact]) -> None:
    """WanhaoError at the first fact that the meter could not count with."""
    for fact in facts:
        for name, limits in _LIMITS[type(fact)].items():
            value = getattr(fact, name)
            if value is not None:
                _within(name, (value,), limits)
                if name in _CYCLES and value:
                    _within(f"month of {name}", (value % 100,), (1, 12))
        further = _FURTHER.get(type(fact))
        if further is not None:
            further(fact)


def _thresholds(fact: ThresholdsFact) -> None:
    for percents in fact.usage.values():
        _within("threshold", percents, _PERCENT)
    _within("money threshold", fact.money, _FEN)
    _within("share of a credit limit", fact.credit, _SHARE)


def _tariff(fact: TariffFact) -> None:
    zones = {zone.value for zone in Zone}
    if {str(zone) for zone in fact.prices} != zones:
        raise _refusal(f"prices for {sorted(map(str, fact.prices))}", f"They are for {zones}.")
    for zone, prices in fact.prices.items():
        _within(f"number of prices in {zone}", (len(prices),), (3, 3))
        _within(f"price in {zone}", prices, _PRICE)
    if fact.schedule is not None:
        _schedule(fact.schedule)


def _schedule(schedule: DataSchedule) -> None:
    _within("price_fen_per_mb", (schedule.price_fen_per_mb,), _PRICE)
    _within("cap_fen", (schedule.cap_fen,), (0, _FEE[1]))
    _within("stop_mb", (schedule.stop_mb,), _MB)
    stacks = schedule.mode == ScheduleMode.STACK
    most = 1 if stacks else TIERS
    _within("number of tiers", (len(schedule.tiers),), (1 if stacks else 0, most))
    quotas = [quota for _, quota in schedule.tiers]
    _within("fee of a tier", (fee for fee, _ in schedule.tiers), (0, _FEE[1]))
    _within("quota of a tier", quotas, (1, _MB[1]))
    if any(after <= before for before, after in pairwise(quotas)):
        raise _refusal(f"tiers of {quotas} MB", "Each has a larger quota than the one before it.")


def _group(fact: GroupFact) -> None:
    _within("number of packs", (len(fact.packs),), (0, MOST_PACKS))
    ids = [(pack.pack_id, pack.service.value) for pack in fact.packs]
    if len(set(ids)) < len(ids):
        told = "No pack stands there twice for one service."
        raise _refusal(f"packs {ids} of group {fact.group_id}", told)
    for pack in fact.packs:
        _within("pack_id", (pack.pack_id,), _ID)
        _within("quantity of a pack", (pack.quantity,), _AMOUNT)
        _within("rank", (pack.rank,), _RANK)
    _within("all packs together", (sum(pack.quantity for pack in fact.packs),), _AMOUNT)


def _part(fact: RentFact | ReviewFact) -> None:
    _within("part", (fact.part,), (0, fact.parts - 1))


_FURTHER: Mapping[type, Callable[[Any], None]] = {
    ThresholdsFact: _thresholds,
    TariffFact: _tariff,
    GroupFact: _group,
    RentFact: _part,
    ReviewFact: _part,
}


def _within(name: str, values: Iterable[int], limits: tuple[int, int]) -> None:
    for value in values:
        if not limits[0] <= value <= limits[1]:
            raise _refusal(f"{name} {value}", f"It lies between {limits[0]} and {limits[1]}.")


def _refusal(what: str, remedy: str) -> WanhaoError:
    return WanhaoError(f"A fact says {what}, which the meter cannot count with.", remedy)
