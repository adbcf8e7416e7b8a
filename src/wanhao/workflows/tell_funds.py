"""Tell funds: the meter learns what accounts can spend now that money has moved."""

from collections.abc import Collection

from wanhao.billing.credit import credit_limits
from wanhao.billing.ports import refuse_elsewhere
from wanhao.billing.queries import balances, billed_through
from wanhao.parties.queries import pay_types
from wanhao.usage.actions import record_facts
from wanhao.workflows.describe_terms import account_funds


def tell_funds(account_ids: Collection[int]) -> None:
    """Record what each account can spend; belongs into the transaction that moved its money.

    WanhaoError where billing is foreign: no money is moved here then, and the caller's is undone.
    """
    refuse_elsewhere("Money is moved")
    has, pays, billed = balances(account_ids), pay_types(account_ids), billed_through(account_ids)
    limits = credit_limits(account_ids)
    record_facts(
        [
            account_funds(each, pays[each], has[each], billed[each], limits.get(each, 0))
            for each in sorted(account_ids)
        ]
    )
