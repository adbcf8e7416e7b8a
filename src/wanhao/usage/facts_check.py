"""What a fact may say: one that the meter cannot take would stop it at that place for ever."""

from collections.abc import Iterable, Mapping, Sequence

from wanhao.metering.numbering import HIGHEST, LOWEST
from wanhao.usage.contracts import CycleFact, Fact, FundsFact, GroupFact, LineFact, ThresholdsFact
from wanhao.values.errors import WanhaoError

Limits = Mapping[str, tuple[int, int]]
_ID = (1, 2**31 - 1)
_AMOUNT = (0, 10**15)
_FEN = (-(10**15), 10**15)
_PRICE = (0, 10**6)
_TIME = (-(10**11), 10**11)
_LIMITS: Mapping[type, Limits] = {
    GroupFact: {
        "group_id": _ID,
        "account_id": _ID,
        "voice_unit": (1, 86_400),
        "voice_allowance": _AMOUNT,
        "message_allowance": _AMOUNT,
        "data_allowance": _AMOUNT,
        "voice_price": _PRICE,
        "message_price": _PRICE,
        "data_price": _PRICE,
    },
    LineFact: {"number": (LOWEST, HIGHEST), "group_id": (0, _ID[1]), "since": _TIME},
    FundsFact: {"account_id": _ID, "spendable_fen": _FEN},
    CycleFact: {"cycle": (197001, 999912)},
}


def refuse_impossible(facts: Sequence[Fact]) -> None:
    """WanhaoError at the first fact that the meter could not count with."""
    for fact in facts:
        if isinstance(fact, ThresholdsFact):
            for percents in fact.usage.values():
                _within("threshold", percents, (1, 1_000))
            _within("money threshold", fact.money, _FEN)
            continue
        for name, limits in _LIMITS[type(fact)].items():
            value = getattr(fact, name)
            if value is not None:
                _within(name, (value,), limits)


def _within(name: str, values: Iterable[int], limits: tuple[int, int]) -> None:
    for value in values:
        if not limits[0] <= value <= limits[1]:
            raise WanhaoError(
                f"A fact says {name} {value}, which the meter cannot count with.",
                f"It lies between {limits[0]} and {limits[1]}.",
            )
