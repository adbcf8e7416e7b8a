"""Composes a plan of modules a customer chose freely."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from wanhao.products.contracts import Allowance, Kind, Offering, Service
from wanhao.products.models import ProductOffering
from wanhao.products.ordering import day_of, refuse_cheaper
from wanhao.products.queries import offering
from wanhao.products.rows import row_of
from wanhao.products.tariffs import number_tariffs
from wanhao.values.errors import WanhaoError

TEMPLATE = "custom-prepaid"
LETTERS = {Service.VOICE: "v", Service.MESSAGE: "m", Service.DATA: "d"}
WORDS = {
    Service.VOICE: ("{}分钟", "{} min"),
    Service.MESSAGE: ("{}条", "{} SMS"),
    Service.DATA: ("{}MB", "{} MB"),
}


@transaction.atomic
def compose_plan(module_codes: Sequence[str], now: datetime) -> str:
    """The code of the plan made of these modules, which can then be ordered like any other.

    The same choice is the same plan. WanhaoError when a module is not one or not on sale, a service
    is chosen twice, or all together cost less than the least fee.
    """
    day = day_of(now)
    modules = [offering(code, day) for code in module_codes]
    _refuse_strangers(modules, now)
    plan = _plan(offering(TEMPLATE, day), modules)
    refuse_cheaper(plan)
    if not ProductOffering.objects.filter(code=plan.code, sold_from=plan.sold_from).exists():
        last = ProductOffering.objects.aggregate(last=Max("place"))["last"] or 0
        row_of(plan, last + 1, composed=True).save()
        number_tariffs()
    return plan.code


def _refuse_strangers(modules: Sequence[Offering], now: datetime) -> None:
    for module in modules:
        if module.kind is not Kind.MODULE or not module.on_sale(day_of(now)):
            raise WanhaoError(
                f"'{module.code}' is not a module that is on sale.",
                "Choose among the modules of: wanhao catalogue list --family modules",
            )
    services = [part.service for module in modules for part in module.allowances]
    if len(services) != len(set(services)):
        raise WanhaoError("Two modules are for the same service.", "Choose one for each service.")


def _plan(template: Offering, modules: Sequence[Offering]) -> Offering:
    """The template with what the modules include and cost, on sale since the last of them is."""
    parts = sorted(
        (part for module in modules for part in module.allowances),
        key=lambda part: list(Service).index(part.service),
    )
    return replace(
        template,
        code="-".join(["custom", *(f"{LETTERS[part.service]}{part.quantity}" for part in parts)]),
        name_zh=f"{template.name_zh} {_named(parts, 0)}",
        name_en=f"{template.name_en} {_named(parts, 1)}",
        fee_fen=sum(module.fee_fen for module in modules),
        allowances=tuple(parts),
        parts=tuple(sorted(module.code for module in modules)),
        sold_from=max([template.sold_from, *(module.sold_from for module in modules)]),
    )


def _named(parts: Sequence[Allowance], language: int) -> str:
    return "+".join(WORDS[part.service][language].format(part.quantity) for part in parts)
