"""Reading the facts log for the kernel, a position at a time, as columns."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from django.db.models import QuerySet

from wanhao.metering.changing import Continue, GroupTerms, PackRows
from wanhao.metering.columns import I64
from wanhao.metering.cycles import CycleStep
from wanhao.metering.facts import FactColumns, LineLinks
from wanhao.metering.funding import Fees, Funds, RentStep
from wanhao.metering.reviewing import ReviewStep
from wanhao.metering.state import Watched
from wanhao.metering.tariffs import KILO, Mode, TariffTerms
from wanhao.usage.facts_log import PACK_ROW, PACKS
from wanhao.usage.models import Fact
from wanhao.usage.schema import PRICED_ZONES, SERVICES
from wanhao.values.errors import WanhaoError

AT_ONCE = 20
"""Positions held at a time: at ten thousand rows each, a hundred would be felt."""
_MODES = {"step": Mode.STEP, "jump": Mode.JUMP, "stack": Mode.STACK}


def facts_after(number: int, until: int | None = None) -> Iterator[tuple[int, FactColumns]]:
    """Positions of the log after `number` (and up to `until`), in order, read as they are used."""
    rows = Fact.objects.all() if until is None else Fact.objects.filter(number__lte=until)
    for row in _paged(rows, number):
        facts = columns_of(row.kind, row.body)
        if isinstance(facts, CycleStep) and facts.opens:
            facts = CycleStep(cycle=facts.cycle, opens=True, pending=_waiting(row))
        yield row.number, facts


def refuse_older_log() -> None:
    """WanhaoError when the log was written before facts said of which cycle they speak."""
    if Fact.objects.filter(kind__in=("cycle", "group"), cycle__isnull=True).exists():
        raise WanhaoError(
            "The facts log of this database was written by an earlier version of wanhao.",
            "Set WANHAO_DATA, and DATABASE_URL if you have your own, to new ones and begin anew.",
        )


def recorded_at(number: int) -> str:
    """When a fact was written down, as text; "" when there is none of that number."""
    at = Fact.objects.filter(number=number).values_list("recorded_at", flat=True).first()
    return at.isoformat() if at else ""


def columns_of(kind: str, body: Mapping[str, Any]) -> FactColumns:
    """One position of the log as the kernel takes it."""
    return _COLUMNS[kind](body)


def _paged(rows: QuerySet[Fact], number: int) -> Iterator[Fact]:
    while True:
        page = list(rows.filter(number__gt=number).order_by("number")[:AT_ONCE])
        yield from page
        if len(page) < AT_ONCE:
            return
        number = page[-1].number


def _waiting(opening: Fact) -> tuple[GroupTerms | Fees, ...]:
    """Terms and fees of a cycle that were told before it opened: from here on they hold."""
    kinds: Mapping[str, Callable[[Mapping[str, Any]], GroupTerms | Fees]] = {
        "group": _group,
        "fees": _fees,
    }
    told = Fact.objects.filter(kind__in=kinds, cycle=opening.cycle, number__lt=opening.number)
    return tuple(kinds[row.kind](row.body) for row in _paged(told, 0))


def tariff_terms(body: Mapping[str, Any]) -> TariffTerms:
    plain = {
        "number": body["number"],
        "voice_unit": body["voice_unit"],
        "prices": _numbers([body["prices"][zone] for zone in PRICED_ZONES]),
    }
    schedule = body["schedule"]
    if schedule is None:
        return TariffTerms(**plain)
    return TariffTerms(
        **plain,
        mode=_MODES[schedule["mode"]],
        price=schedule["price_fen_per_mb"],
        tiers=_numbers([(fee, mb * KILO) for fee, mb in schedule["tiers"]]).reshape(-1, 2),
        cap=schedule["cap_fen"],
        stop_kb=schedule["stop_mb"] * KILO,
        announces=schedule["announces"],
    )


def _group(body: Mapping[str, Any]) -> GroupTerms:
    packs = body[PACKS]
    services = {service.value: place for place, service in enumerate(SERVICES)}
    allowance = [_numbers(body[f"{service.value}_allowance"]) for service in SERVICES]
    return GroupTerms(
        group=_numbers(body["group_id"]),
        account=_numbers(body["account_id"]),
        cycle=body["cycle"],
        plan=_numbers(body["plan"]),
        tariff=_numbers(body["tariff"]),
        allowance=np.column_stack(allowance),
        rolls=_numbers(body["rolls"]),
        packs=PackRows(
            row=_numbers(packs[PACK_ROW]),
            pack=_numbers(packs["pack_id"]),
            service=_numbers([services[name] for name in packs["service"]]),
            quantity=_numbers(packs["quantity"]),
            rank=_numbers(packs["rank"]),
            rolls=_numbers(packs["rolls"]),
            renews=_numbers(packs["renews"]),
        ),
    )


def _line(body: Mapping[str, Any]) -> LineLinks:
    return LineLinks(
        number=_numbers(body["number"]),
        group=_numbers(body["group_id"]),
        since=_numbers(body["since"]),
    )


def _funds(body: Mapping[str, Any]) -> Funds:
    spendable = body["spendable_fen"]
    credit = body.get("credit_fen", [0] * len(spendable))
    return Funds(
        account=_numbers(body["account_id"]),
        spendable=_numbers([fen or 0 for fen in spendable]),
        watched=_numbers([fen is not None for fen in spendable]),
        billed=_numbers(body["billed_through"]),
        credit=_numbers(credit),
    )


def _fees(body: Mapping[str, Any]) -> Fees:
    return Fees(
        account=_numbers(body["account_id"]),
        cycle=body["cycle"],
        fee=_numbers(body["fee_fen"]),
        rent=_numbers(body["rent_fen"]),
        rent_from=_numbers(body["rent_from"]),
    )


def _continue(body: Mapping[str, Any]) -> Continue:
    return Continue(group=_numbers(body["group_id"]), cycle=body["cycle"])


def _thresholds(body: Mapping[str, Any]) -> Watched:
    levels = [tuple(sorted(body["usage"].get(service.value, ()))) for service in SERVICES]
    return Watched(
        usage=tuple(levels),
        money=tuple(sorted(body["money"], reverse=True)),
        credit=tuple(sorted(body.get("credit", ()))),
    )


def _cycle(body: Mapping[str, Any]) -> CycleStep:
    return CycleStep(cycle=body["cycle"], opens=body["opens"])


def _rent(body: Mapping[str, Any]) -> RentStep:
    return RentStep(cycle=body["cycle"], part=body["part"], parts=body["parts"])


def _review(body: Mapping[str, Any]) -> ReviewStep:
    return ReviewStep(**body)


def _numbers(values: Sequence[Any]) -> I64:
    return np.array(values, np.int64)


_COLUMNS: Mapping[str, Callable[[Mapping[str, Any]], FactColumns]] = {
    "tariff": tariff_terms,
    "group": _group,
    "line": _line,
    "funds": _funds,
    "fees": _fees,
    "continue": _continue,
    "thresholds": _thresholds,
    "cycle": _cycle,
    "rent": _rent,
    "review": _review,
}
