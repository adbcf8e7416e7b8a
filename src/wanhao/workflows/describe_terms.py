"""What the meter must know of a group's plan and an account's money, as facts."""

from wanhao.parties.contracts import PayType
from wanhao.products.contracts import MINUTE, HeldPack, Holding, TariffTerms
from wanhao.products.contracts import DataSchedule as Schedule
from wanhao.usage.contracts import (
    DataSchedule,
    FundsFact,
    GroupFact,
    PackFact,
    ScheduleMode,
    Service,
    TariffFact,
)

OCTETS_PER_MB = 1024 * 1024


def group_fact(group_id: int, account_id: int, cycle: int, held: Holding) -> GroupFact:
    """The terms of a group from a cycle on; minutes become units, rounded down."""
    unit = held.plan.voice_unit_seconds
    return GroupFact(
        group_id=group_id,
        account_id=account_id,
        cycle=cycle,
        plan=held.plan_id,
        tariff=held.tariff,
        voice_allowance=units_of(Service.VOICE, held.voice_minutes, unit),
        message_allowance=units_of(Service.MESSAGE, held.messages, unit),
        data_allowance=units_of(Service.DATA, held.data_mb, unit),
        rolls=held.rolls,
        packs=tuple(_pack_fact(pack, unit) for pack in held.packs),
    )


def tariff_fact(tariff: TariffTerms) -> TariffFact:
    """A tariff as the meter takes it."""
    return TariffFact(
        number=tariff.number,
        voice_unit=tariff.voice_unit_seconds,
        prices={
            zone: (prices.voice_fen, prices.message_fen, prices.data_fen_per_mb)
            for zone, prices in tariff.prices.by_zone().items()
        },
        schedule=_schedule(tariff.schedule) if tariff.schedule else None,
    )


def _pack_fact(pack: HeldPack, voice_unit: int) -> PackFact:
    service = Service(pack.service.value)
    return PackFact(
        pack_id=pack.product_id,
        service=service,
        quantity=units_of(service, pack.quantity, voice_unit),
        rank=pack.rank,
        rolls=pack.rolls,
        renews=pack.renews,
    )


def _schedule(schedule: Schedule) -> DataSchedule:
    return DataSchedule(
        mode=ScheduleMode(schedule.mode.value),
        price_fen_per_mb=schedule.price_fen_per_mb,
        tiers=tuple((tier.fee_fen, tier.quota_mb) for tier in schedule.tiers),
        cap_fen=schedule.cap_fen,
        stop_mb=schedule.stop_mb,
        announces=schedule.announces,
    )


def units_of(service: Service, quantity: int, voice_unit: int) -> int:
    """Minutes as voice units, MB as octets; messages are what they are."""
    if service is Service.VOICE:
        return quantity * MINUTE // voice_unit
    return quantity * OCTETS_PER_MB if service is Service.DATA else quantity


def account_funds(
    account_id: int, pay_type: PayType, balance_fen: int, billed_through: int, credit_fen: int = 0
) -> FundsFact:
    """What an account can spend: prepaid its balance, post-paid what its credit limit leaves.

    A post-paid one without a limit is not watched. `billed_through` is the last cycle whose bill is
    in that balance already, 0 for none.
    """
    prepaid = pay_type is PayType.PREPAID
    limit = 0 if prepaid else credit_fen
    return FundsFact(
        account_id=account_id,
        spendable_fen=balance_fen + limit if prepaid or limit else None,
        billed_through=billed_through,
        credit_fen=limit,
    )
