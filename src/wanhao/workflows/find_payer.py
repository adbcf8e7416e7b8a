"""Find a payer: whom a bill is for, as it may be shown and printed."""

from wanhao.billing.bills.contracts import Payer
from wanhao.parties.queries import (
    account_profiles,
    accounts_by_reference,
    groups_between,
    main_lines_of_groups,
)
from wanhao.values.errors import WanhaoError
from wanhao.values.msisdn import Msisdn


def find_payer(reference: str) -> tuple[int, Payer]:
    """The id of the account with this reference, and its payer with name and numbers masked.

    WanhaoError when there is none.
    """
    account_id = accounts_by_reference([reference]).get(reference)
    if account_id is None:
        raise WanhaoError(
            f"No account has the reference '{reference}'.", "Look it up with the customer's number."
        )
    groups = groups_between(account_id, account_id)
    lines = main_lines_of_groups(list(groups))
    name = account_profiles([account_id])[account_id].customer_name
    numbers = {group: Msisdn(lines[group].number).masked for group in groups if group in lines}
    return account_id, Payer(reference=reference, name=f"{name[:1]}**", numbers=numbers)
