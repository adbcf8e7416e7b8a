"""What a foreign billing told, as facts for the meter."""

from wanhao.billing.foreign.contracts import Kept, ToldFunds, ToldTerms
from wanhao.usage.contracts import Fact, FundsFact, GroupFact


def told_facts(kept: Kept) -> list[Fact]:
    """Terms before money; records arrive priced, so nothing has a price here."""
    return [*map(_terms, kept.terms), *map(_funds, kept.funds)]


def _terms(told: ToldTerms) -> GroupFact:
    return GroupFact(
        group_id=told.group_id,
        account_id=told.account_id,
        voice_unit=told.voice_unit,
        voice_allowance=told.voice,
        message_allowance=told.message,
        data_allowance=told.data,
        voice_price=0,
        message_price=0,
        data_price=0,
    )


def _funds(told: ToldFunds) -> FundsFact:
    return FundsFact(account_id=told.account_id, spendable_fen=told.spendable_fen)
