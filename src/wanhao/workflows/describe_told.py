"""What a foreign billing told, as facts for the meter."""

from collections.abc import Mapping

from wanhao.billing.foreign.contracts import Kept, ToldFunds, ToldTerms
from wanhao.products.contracts import Prices, ZonePrices
from wanhao.usage.contracts import Fact, FundsFact, GroupFact, TariffFact, Zone

_NOTHING = ZonePrices(voice_fen=0, message_fen=0, data_fen_per_mb=0)
NO_PRICES = Prices(domestic=_NOTHING, hk_macau_taiwan=_NOTHING, roaming=_NOTHING)


def told_facts(kept: Kept, tariffs: Mapping[int, int]) -> list[Fact]:
    """Tariffs, then terms, then money; records arrive priced, so nothing has a price here.

    `tariffs` has the number of the tariff without prices for each voice unit.
    """
    return [
        *(unpriced_tariff(number, unit) for unit, number in tariffs.items()),
        *(_terms(told, tariffs[told.voice_unit]) for told in kept.terms),
        *map(_funds, kept.funds),
    ]


def unpriced_tariff(number: int, voice_unit: int) -> TariffFact:
    """A tariff under which nothing costs anything."""
    prices = {zone.value: (0, 0, 0) for zone in Zone}
    return TariffFact(number=number, voice_unit=voice_unit, prices=prices, schedule=None)


def _terms(told: ToldTerms, tariff: int) -> GroupFact:
    """Their allowances come with packs and roll-over in them, so nothing is added here."""
    return GroupFact(
        group_id=told.group_id,
        account_id=told.account_id,
        cycle=told.cycle,
        plan=0,
        tariff=tariff,
        voice_allowance=told.voice,
        message_allowance=told.message,
        data_allowance=told.data,
        rolls=False,
        packs=(),
    )


def _funds(told: ToldFunds) -> FundsFact:
    return FundsFact(
        account_id=told.account_id,
        spendable_fen=told.spendable_fen,
        billed_through=told.billed_through,
    )
