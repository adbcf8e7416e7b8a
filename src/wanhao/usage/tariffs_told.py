"""Which tariffs the facts log has told: none twice, and no group is given one that it has not."""

from collections.abc import Sequence

from wanhao.usage.contracts import Fact, GroupFact, TariffFact
from wanhao.usage.facts_log import alone
from wanhao.usage.models import ToldTariff
from wanhao.values.errors import WanhaoError


def without_known_tariffs(facts: Sequence[Fact]) -> list[Fact]:
    """The facts less the tariffs told before; notes down the new ones. WanhaoError for a number
    that meant something else before, and for a group whose tariff was never told.

    Runs under the lock of the facts log.
    """
    tariffs = [fact for fact in facts if isinstance(fact, TariffFact)]
    used = {fact.tariff for fact in facts if isinstance(fact, GroupFact)}
    if not tariffs and not used:
        return list(facts)
    asked = used | {tariff.number for tariff in tariffs}
    known = dict(ToldTariff.objects.filter(number__in=asked).values_list("number", "body"))
    fresh = {}
    for tariff in tariffs:
        body = alone(tariff)
        if known.setdefault(tariff.number, body) != body:
            raise WanhaoError(
                f"Tariff {tariff.number} was told before with other prices.",
                "A tariff never changes: give the new prices a new number.",
            )
        fresh[tariff.number] = body
    _refuse_missing(used - known.keys())
    told = set(ToldTariff.objects.filter(number__in=fresh).values_list("number", flat=True))
    new = [ToldTariff(number=n, body=body) for n, body in fresh.items() if n not in told]
    ToldTariff.objects.bulk_create(new)
    return _once(facts, told)


def _refuse_missing(missing: set[int]) -> None:
    if missing:
        raise WanhaoError(
            f"No tariff of number {min(missing)} was told, but a group is to have it.",
            "Tell the tariff first, or in the same call before the group.",
        )


def _once(facts: Sequence[Fact], told: set[int]) -> list[Fact]:
    kept: list[Fact] = []
    seen = set(told)
    for fact in facts:
        if isinstance(fact, TariffFact):
            if fact.number in seen:
                continue
            seen.add(fact.number)
        kept.append(fact)
    return kept
