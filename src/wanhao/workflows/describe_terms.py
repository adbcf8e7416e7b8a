"""What the meter must know of a group's plan and an account's money, as facts."""

from wanhao.parties.contracts import PayType
from wanhao.products.contracts import Offering
from wanhao.usage.contracts import FundsFact, GroupFact

OCTETS_PER_MB = 1024 * 1024


def group_terms(group_id: int, account_id: int, offering: Offering) -> GroupFact:
    """The terms a group has under an offering; minutes become units, rounded down."""
    return GroupFact(
        group_id=group_id,
        account_id=account_id,
        voice_unit=offering.voice_unit_seconds,
        voice_allowance=offering.voice_minutes * 60 // offering.voice_unit_seconds,
        message_allowance=offering.messages,
        data_allowance=offering.data_mb * OCTETS_PER_MB,
        voice_price=offering.voice_price_fen,
        message_price=offering.message_price_fen,
        data_price=offering.data_price_fen_per_mb,
    )


def account_funds(
    account_id: int, pay_type: PayType, balance_fen: int, billed_through: int
) -> FundsFact:
    """What an account can spend: prepaid its balance, post-paid is not watched.

    `billed_through` is the last cycle whose bill is in that balance already, 0 for none.
    """
    return FundsFact(
        account_id=account_id,
        spendable_fen=balance_fen if pay_type is PayType.PREPAID else None,
        billed_through=billed_through,
    )
