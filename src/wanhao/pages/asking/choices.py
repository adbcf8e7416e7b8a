"""What can be chosen for an input: looked up for the line that asks."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from wanhao.communications.optouts import switchable
from wanhao.communications.queries import rules_in_force
from wanhao.loyalty.auction_contracts import LotView
from wanhao.loyalty.auction_reading import lots_of_account, running_lots
from wanhao.loyalty.queries import items as redeemables
from wanhao.menu.contracts import Asker
from wanhao.menu.finding import on_sale
from wanhao.menu.groups import groups
from wanhao.menu.holding import numbered
from wanhao.menu.packs import packs_on_sale
from wanhao.menu.wording import contents, full_month, moment, name, pick, price, yuan
from wanhao.pages.asking.fields import Choice
from wanhao.parties.contracts import Language
from wanhao.products.contracts import Offering
from wanhao.products.queries import offerings, products_of
from wanhao.values.cycle import Cycle

MONTHS = 6

Found = Callable[[Asker, datetime], list[Choice]]


def choices_of(sources: Mapping[str, str], asker: Asker, now: datetime) -> dict[str, list[Choice]]:
    """By field, from where its choices are looked up."""
    return {field: SOURCES[source](asker, now) for field, source in sources.items()}


def _packs(asker: Asker, now: datetime) -> list[Choice]:
    return [_offer(one, asker.language) for one in packs_on_sale(now)]


def _plans(asker: Asker, now: datetime) -> list[Choice]:
    plans = [one for one in on_sale(offerings(), now) if one.is_plan]
    held = products_of(asker.line.group_id, now) if asker.line else []
    mine = {one.offering.code for one in held}
    cheapest = sorted(plans, key=lambda one: (one.fee_fen, one.code))
    return [_plan(one, asker.language, mine=one.code in mine) for one in cheapest]


def _plan(offering: Offering, language: Language, *, mine: bool) -> Choice:
    offer = _offer(offering, language)
    said = pick(language, ("（现用套餐）", " (what you have)"))
    return replace(offer, label=offer.label + said) if mine else offer


def _held(item: str) -> Found:
    def found(asker: Asker, now: datetime) -> list[Choice]:
        if asker.line is None:
            return []
        held = numbered(products_of(asker.line.group_id, now))
        mine = {one.product.offering.code: one for one in held if one.ended_by == item}
        return [_offer(one.product.offering, asker.language) for one in mine.values()]

    return found


def _held_products(asker: Asker, now: datetime) -> list[Choice]:
    return [*_held("value_added")(asker, now), *_held("auto_upgrade_off")(asker, now)]


def _redeemables(asker: Asker, now: datetime) -> list[Choice]:
    return [
        Choice(value=one.code, label=pick(asker.language, (one.name_zh, one.name_en)))
        for one in redeemables().values()
    ]


def _months(asker: Asker, now: datetime) -> list[Choice]:
    found, cycle = [], Cycle.of(now)
    for _ in range(MONTHS):
        number = cycle.number
        found.append(Choice(value=str(number), label=full_month(number, asker.language)))
        cycle = cycle.previous
    return found


def _reminders(asker: Asker, now: datetime) -> list[Choice]:
    can = switchable(now)
    return [
        Choice(value=rule.code, label=pick(asker.language, (rule.title_zh, rule.title_en)))
        for rule in rules_in_force(now)
        if rule.enabled and rule.code in can
    ]


def _groups(asker: Asker, now: datetime) -> list[Choice]:
    return [
        Choice(value=one.code, label=pick(asker.language, (one.zh, one.en)))
        for one in groups()
        if one.items
    ]


def _lots(asker: Asker, now: datetime) -> list[Choice]:
    """The numbers that take bids, and those the account bid for."""
    if asker.line is None:
        return []
    mine = lots_of_account(asker.line.account_id)
    found = {lot.number: lot for lot in (*running_lots(), *mine)}
    return [_lot(lot, asker.language) for lot in found.values()]


def _lot(lot: LotView, language: Language) -> Choice:
    ends = moment(lot.ends_at, language)
    at = lot.best.amount_fen if lot.best else lot.start_fen
    return Choice(
        value=str(lot.number),
        label=str(lot.number),
        about=pick(language, (f"{ends}截止", f"ends {ends}")),
        price=yuan(at),
    )


def _offer(offering: Offering, language: Language) -> Choice:
    return Choice(
        value=offering.code,
        label=name(offering, language),
        about=contents(offering, language),
        price=price(offering, language),
    )


SOURCES: Mapping[str, Found] = MappingProxyType(
    {
        "packs": _packs,
        "plans": _plans,
        "held-packs": _held("pack_cancel"),
        "held-products": _held_products,
        "redeemables": _redeemables,
        "months": _months,
        "reminders": _reminders,
        "groups": _groups,
        "lots": _lots,
    }
)
"""The names that `menu/inputs.toml` may use."""
