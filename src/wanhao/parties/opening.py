"""What an order to open accounts must look like before anything is written."""

from collections import Counter
from collections.abc import Iterable, Sequence

from wanhao.parties.cities import known_cities
from wanhao.parties.contracts import LineRole, NewAccount, NewGroup
from wanhao.values.errors import WanhaoError
from wanhao.values.msisdn import Msisdn


def check_accounts(accounts: Sequence[NewAccount]) -> None:
    """Raise WanhaoError for the first order that cannot be opened as it is."""
    _refuse_twins("Reference", (account.reference for account in accounts))
    _refuse_twins("Number", (number for account in accounts for number in _numbers(account)))
    codes = {city.code for city in known_cities()}
    for account in accounts:
        _check(account, codes)


def _numbers(account: NewAccount) -> list[int]:
    return [line.number for group in account.groups for line in group.lines]


def _refuse_twins(what: str, values: Iterable[str | int]) -> None:
    value, times = next(iter(Counter(values).most_common(1)), ("", 0))
    if times > 1:
        raise WanhaoError(f"{what} {value} is asked for twice.", "Leave one of the two out.")


def _check(account: NewAccount, city_codes: set[str]) -> None:
    if not account.reference.strip() or not account.customer_name.strip():
        raise WanhaoError(
            f"Account '{account.reference}' has no reference or no customer's name.",
            "Give both.",
        )
    if account.city not in city_codes:
        raise WanhaoError(
            f"Account {account.reference}: city '{account.city}' is not known.",
            "Use a code of parties/cities.toml, such as 3601.",
        )
    for group in account.groups:
        _check_group(account.reference, group)


def _check_group(reference: str, group: NewGroup) -> None:
    mains = [line for line in group.lines if line.role is LineRole.MAIN]
    if len(mains) != 1:
        raise WanhaoError(
            f"Account {reference}: a group has {len(mains)} main lines.",
            "Give each group exactly one main line.",
        )
    for line in group.lines:
        Msisdn(line.number)
