"""Gives every combination of prices a number that never means anything else."""

import hashlib
import json
from collections.abc import Collection

from pydantic import TypeAdapter

from wanhao.products.contracts import DataSchedule, Kind, Offering, Prices, TariffTerms
from wanhao.products.models import PlanTariff, ProductOffering, Tariff
from wanhao.products.rows import offering_of

PRICES = TypeAdapter(Prices)
SCHEDULE: TypeAdapter[DataSchedule | None] = TypeAdapter(DataSchedule | None)
Pair = tuple[int, int | None]


def number_tariffs() -> None:
    """See that each plan on record has a tariff, alone and with each automatic upgrade."""
    rows = list(ProductOffering.objects.filter(kind__in=[Kind.PLAN, Kind.BUNDLE, Kind.UPGRADE]))
    offerings = {row.pk: offering_of(row) for row in rows}
    upgrades = [(pk, one.schedule) for pk, one in offerings.items() if one.kind is Kind.UPGRADE]
    wanted = {
        (pk, upgrade): _terms(plan, schedule)
        for pk, plan in offerings.items()
        if plan.is_plan
        for upgrade, schedule in [(None, plan.schedule), *upgrades]
    }
    numbers = _numbers({_fingerprint(terms): terms for terms in wanted.values()}.values())
    _assign({pair: numbers[_fingerprint(terms)] for pair, terms in wanted.items()})


def tariff_number(
    voice_unit_seconds: int, prices: Prices, schedule: DataSchedule | None = None
) -> int:
    """The number of a tariff that stands in no catalogue, such as one without prices.

    For groups whose records arrive priced; the same terms have the same number.
    """
    tariff = _tariff(voice_unit_seconds, prices, schedule)
    return _numbers([tariff])[_fingerprint(tariff)]


def tariff_of(row: Tariff) -> TariffTerms:
    """A tariff as other rooms see it."""
    return TariffTerms(
        number=row.pk,
        voice_unit_seconds=row.voice_unit_seconds,
        prices=PRICES.validate_python(row.terms["prices"]),
        schedule=SCHEDULE.validate_python(row.terms["schedule"]),
    )


def _terms(plan: Offering, schedule: DataSchedule | None) -> Tariff:
    assert plan.prices is not None
    return _tariff(plan.voice_unit_seconds, plan.prices, schedule)


def _tariff(voice_unit_seconds: int, prices: Prices, schedule: DataSchedule | None) -> Tariff:
    terms = {
        "prices": PRICES.dump_python(prices, mode="json"),
        "schedule": SCHEDULE.dump_python(schedule, mode="json"),
    }
    return Tariff(voice_unit_seconds=voice_unit_seconds, terms=terms)


def _fingerprint(tariff: Tariff) -> str:
    text = json.dumps([tariff.voice_unit_seconds, tariff.terms], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _numbers(tariffs: Collection[Tariff]) -> dict[str, int]:
    for tariff in tariffs:
        tariff.fingerprint = _fingerprint(tariff)
    known = set(Tariff.objects.values_list("fingerprint", flat=True))
    new = [tariff for tariff in tariffs if tariff.fingerprint not in known]
    Tariff.objects.bulk_create(new, ignore_conflicts=True)
    return dict(Tariff.objects.values_list("fingerprint", "id"))


def _assign(wanted: dict[Pair, int]) -> None:
    known = {(row.plan_id, row.upgrade_id): row for row in PlanTariff.objects.all()}
    PlanTariff.objects.bulk_create(
        [
            PlanTariff(plan_id=plan, upgrade_id=upgrade, tariff_id=number)
            for (plan, upgrade), number in wanted.items()
            if (plan, upgrade) not in known
        ]
    )
    changed = [
        row for pair, row in known.items() if wanted.get(pair, row.tariff_id) != row.tariff_id
    ]
    for row in changed:
        row.tariff_id = wanted[row.plan_id, row.upgrade_id]
    PlanTariff.objects.bulk_update(changed, ["tariff_id"])
