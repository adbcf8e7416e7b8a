"""Reads of customers, accounts, groups and lines; each asks the database once."""

from collections.abc import Collection
from datetime import datetime

from django.db import connection
from django.db.models import Count, Min, QuerySet
from django.db.models.expressions import RawSQL

from wanhao.parties.cities import known_cities
from wanhao.parties.contracts import (
    AccountProfile,
    City,
    CustomerKind,
    Language,
    LineRole,
    LineView,
    PayType,
)
from wanhao.parties.media import media_of_lines
from wanhao.parties.models import BillingAccount, Customer, Line, LineGroup

__all__ = [
    "account_cities",
    "account_count",
    "account_profiles",
    "account_references",
    "accounts_by_reference",
    "begun",
    "cities",
    "customers_named",
    "groups_begun",
    "groups_between",
    "languages_in_city",
    "line_count",
    "lines_by_number",
    "lines_in_city",
    "lines_live_or_ended",
    "lines_of_accounts",
    "lines_of_customers",
    "lines_of_groups",
    "live_lines",
    "main_lines_of_accounts",
    "main_lines_of_groups",
    "media_of_lines",
    "next_accounts",
    "pay_types",
]

PROFILES = """
SELECT account.id, account.reference, customer.name, customer.kind, account.pay_type,
    (SELECT min(line.since) FROM wanhao_parties_line AS line WHERE line.account_id = account.id),
    EXISTS (SELECT FROM wanhao_parties_line AS line
            WHERE line.account_id = account.id AND line.until IS NULL)
FROM wanhao_parties_billingaccount AS account
JOIN wanhao_parties_customer AS customer ON customer.id = account.customer_id
WHERE account.id = ANY(%s::bigint[])
"""


def lines_by_number(numbers: Collection[int]) -> dict[int, LineView]:
    """The live line of each number; a number nobody uses is left out."""
    return {view.number: view for view in _views(_live().filter(number__in=_one_of(numbers)))}


def lines_by_id(line_ids: Collection[int]) -> dict[int, LineView]:
    """The live lines among these; one that has ended is left out."""
    return {view.line_id: view for view in _views(_live().filter(id__in=_one_of(line_ids)))}


def lines_live_or_ended(line_ids: Collection[int]) -> list[tuple[LineView, bool]]:
    """These lines in the order of their ids, each with whether it is live."""
    rows = Line.objects.filter(id__in=_one_of(line_ids)).order_by("id")
    live = set(rows.filter(until__isnull=True).values_list("id", flat=True))
    return [(view, view.line_id in live) for view in _views(rows)]


def main_lines_of_groups(group_ids: Collection[int]) -> dict[int, LineView]:
    """The live main line of each group; a group without one is left out."""
    rows = _live().filter(group_id__in=_one_of(group_ids), role=LineRole.MAIN.value)
    return {view.group_id: view for view in _views(rows)}


def main_lines_of_accounts(account_ids: Collection[int]) -> dict[int, LineView]:
    """The live main line of each account's oldest group; an account without one is left out."""
    rows = (
        _live()
        .filter(account_id__in=_one_of(account_ids), role=LineRole.MAIN.value)
        .order_by("account_id", "group_id")
        .distinct("account_id")
    )
    return {view.account_id: view for view in _views(rows)}


def lines_of_accounts(account_ids: Collection[int]) -> list[LineView]:
    """All live lines of the accounts, each account's groups and lines in the order of opening."""
    rows = _live().filter(account_id__in=_one_of(account_ids))
    return _views(rows.order_by("account_id", "group_id", "id"))


def lines_of_groups(group_ids: Collection[int]) -> list[LineView]:
    """All live lines of the groups, each group's lines in the order of opening."""
    rows = _live().filter(group_id__in=_one_of(group_ids))
    return _views(rows.order_by("group_id", "id"))


def live_lines(line_ids: Collection[int]) -> set[int]:
    """Which of the lines are live."""
    return set(_live().filter(id__in=_one_of(line_ids)).values_list("id", flat=True))


def begun(line_ids: Collection[int]) -> dict[int, datetime]:
    """Since when each line, live or ended, is or was in its group."""
    rows = Line.objects.filter(id__in=_one_of(line_ids))
    return dict(rows.values_list("id", "since"))


def groups_begun(group_ids: Collection[int]) -> dict[int, datetime]:
    """Since when the oldest live line of each group is in it; a group without one is left out."""
    rows = _live().filter(group_id__in=_one_of(group_ids)).order_by().values_list("group_id")
    return dict(rows.annotate(Min("since")))


def lines_in_city(city: str, *, after: int = 0, limit: int = 5_000) -> list[LineView]:
    """Live lines of a city beyond line `after`, in the order of their ids."""
    return _views(_live().filter(city=city, id__gt=after).order_by("id")[:limit])


def languages_in_city(city: str) -> dict[Language, int]:
    """How many live lines of a city are written to in each language."""
    rows = _live().filter(city=city).order_by().values_list("language").annotate(Count("id"))
    return {Language(language): count for language, count in rows}


def pay_types(account_ids: Collection[int]) -> dict[int, PayType]:
    """When each account pays; an unknown account is left out."""
    rows = BillingAccount.objects.filter(id__in=_one_of(account_ids)).values_list("id", "pay_type")
    return {account_id: PayType(kind) for account_id, kind in rows}


def accounts_by_reference(references: Collection[str]) -> dict[str, int]:
    """The account of each reference; a reference nobody has is left out."""
    rows = BillingAccount.objects.filter(reference__in=set(references))
    return dict(rows.values_list("reference", "id"))


def account_references(account_ids: Collection[int]) -> dict[int, str]:
    """The reference of each account; an unknown account is left out."""
    rows = BillingAccount.objects.filter(id__in=_one_of(account_ids))
    return dict(rows.values_list("id", "reference"))


def customers_named(name: str, limit: int = 50) -> list[int]:
    """The customers with exactly this name, at most so many."""
    rows = Customer.objects.filter(name=name.strip()).order_by("id")
    return list(rows.values_list("id", flat=True)[:limit])


def lines_of_customers(customer_ids: Collection[int], limit: int = 50) -> list[LineView]:
    """Live lines of customers, each one's in the order of opening, at most so many."""
    rows = _live().filter(account__customer_id__in=_one_of(customer_ids))
    return _views(rows.order_by("account__customer_id", "id")[:limit])


def account_cities(account_ids: Collection[int]) -> dict[int, str]:
    """The home city of each account's customer; an unknown account is left out."""
    rows = BillingAccount.objects.filter(id__in=_one_of(account_ids))
    return dict(rows.values_list("id", "customer__city"))


def account_profiles(account_ids: Collection[int]) -> dict[int, AccountProfile]:
    """Who stands behind each account; an unknown account is left out."""
    with connection.cursor() as cursor:
        cursor.execute(PROFILES, [list(set(account_ids))])
        rows = cursor.fetchall()
    return {
        account_id: AccountProfile(
            account_id=account_id,
            reference=reference,
            customer_name=name,
            customer_kind=CustomerKind(kind),
            pay_type=PayType(pay_type),
            since=since,
            live=live,
        )
        for account_id, reference, name, kind, pay_type, since, live in rows
    }


def next_accounts(after: int, limit: int) -> tuple[int, ...]:
    """The ids of the next accounts beyond `after`, in order; none: there are no more."""
    rows = BillingAccount.objects.filter(id__gt=after).order_by("id")
    return tuple(rows.values_list("id", flat=True)[:limit])


def next_lines(after: int, limit: int) -> list[LineView]:
    """The next live lines beyond `after`, in the order of their ids; none: there are no more."""
    return _views(_live().filter(id__gt=after).order_by("id")[:limit])


def groups_between(first: int, last: int) -> dict[int, int]:
    """The account of every group whose account is `first`, `last` or between, in their order."""
    rows = LineGroup.objects.filter(account_id__gte=first, account_id__lte=last)
    return dict(rows.order_by("account_id", "id").values_list("id", "account_id"))


def cities() -> list[City]:
    """The cities the operator serves."""
    return list(known_cities())


def account_count() -> int:
    """How many accounts there are."""
    return BillingAccount.objects.count()


def line_count() -> int:
    """How many lines are live."""
    return _live().count()


def _live() -> QuerySet[Line]:
    return Line.objects.filter(until__isnull=True)


def _one_of(values: Collection[int]) -> RawSQL:
    """The values as one array: thousands of single parameters cost more than the answer."""
    return RawSQL("SELECT unnest(%s::bigint[])", [f"{{{','.join(map(str, set(values)))}}}"])


def _views(lines: QuerySet[Line]) -> list[LineView]:
    rows = lines.values_list("id", "number", "account_id", "group_id", "role", "language", "city")
    return [
        LineView(
            line_id=line_id,
            number=number,
            account_id=account_id,
            group_id=group_id,
            role=LineRole(role),
            language=Language(language),
            city=city,
        )
        for line_id, number, account_id, group_id, role, language, city in rows
    ]
