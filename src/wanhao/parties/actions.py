"""Writes of customers, accounts, groups and lines."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from django.db import IntegrityError, connection, transaction

from wanhao.parties.contracts import (
    LineView,
    NewAccount,
    NewLine,
    OpenedAccount,
    OpenedGroup,
    PayType,
)
from wanhao.parties.models import BillingAccount, Customer, Line, LineGroup
from wanhao.parties.opening import check_accounts
from wanhao.parties.queries import lines_by_number, lines_of_accounts
from wanhao.values.errors import WanhaoError

BATCH = 5_000
CLAIM = """
INSERT INTO wanhao_parties_billingaccount (customer_id, reference, pay_type)
SELECT nextval(pg_get_serial_sequence(%s, 'id')), reference, pay_type
FROM unnest(%s::text[], %s::text[]) AS asked(reference, pay_type)
ON CONFLICT (reference) DO NOTHING
RETURNING reference, id, customer_id
"""


class Claim(NamedTuple):
    """An account row that is ours, and the id its customer will have."""

    account_id: int
    customer_id: int


@transaction.atomic
def open_accounts(accounts: Sequence[NewAccount]) -> list[OpenedAccount]:
    """Open accounts with their customers, groups and lines, in the order asked for.

    A reference that is known already opens nothing and returns what stands under it. All or
    nothing: WanhaoError when an account is malformed or one of its numbers is in use.
    """
    check_accounts(accounts)
    first = _claim_references(accounts)
    new = [account for account in accounts if account.reference in first]
    _refuse_numbers_in_use(new)
    try:
        with transaction.atomic():
            _add(new, first)
    except IntegrityError as error:
        raise _in_use("another order took a number at the same moment") from error
    return _opened(accounts, set(first))


def _claim_references(accounts: Sequence[NewAccount]) -> dict[str, Claim]:
    """Insert the accounts nobody opened yet; a rival with the same reference is waited for.

    In one order, so that two lists of orders never deadlock. The customers follow: the foreign key
    is checked at commit.
    """
    ordered = sorted(accounts, key=lambda account: account.reference)
    references = [account.reference for account in ordered]
    pay_types = [account.pay_type.value for account in ordered]
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [Customer._meta.db_table, references, pay_types])
        return {reference: Claim(*ids) for reference, *ids in cursor.fetchall()}


def _refuse_numbers_in_use(accounts: Sequence[NewAccount]) -> None:
    taken = lines_by_number([line.number for line in _lines(accounts)])
    if taken:
        raise _in_use(f"{next(iter(taken.values())).number} belongs to a line")


def _lines(accounts: Sequence[NewAccount]) -> list[NewLine]:
    return [line for account in accounts for group in account.groups for line in group.lines]


def _in_use(what: str) -> WanhaoError:
    return WanhaoError(f"A number is in use: {what}.", "Choose another number, or end that line.")


def _add(accounts: Sequence[NewAccount], claims: dict[str, Claim]) -> None:
    Customer.objects.bulk_create(
        [
            Customer(
                id=claims[account.reference].customer_id,
                name=account.customer_name,
                kind=account.customer_kind.value,
                city=account.city,
            )
            for account in accounts
        ],
        batch_size=BATCH,
    )
    asked = [(account, group) for account in accounts for group in account.groups]
    groups = LineGroup.objects.bulk_create(
        [LineGroup(account_id=claims[account.reference].account_id) for account, _ in asked],
        batch_size=BATCH,
    )
    Line.objects.bulk_create(
        [
            _line(line, row, account.city)
            for (account, group), row in zip(asked, groups, strict=True)
            for line in group.lines
        ],
        batch_size=BATCH,
    )


def _line(line: NewLine, group: LineGroup, city: str) -> Line:
    return Line(
        number=line.number,
        group_id=group.pk,
        account_id=group.account_id,
        role=line.role.value,
        language=line.language.value,
        city=city,
        since=datetime.fromtimestamp(line.since, UTC),
    )


def _opened(accounts: Sequence[NewAccount], first: set[str]) -> list[OpenedAccount]:
    references = [account.reference for account in accounts]
    rows = BillingAccount.objects.filter(reference__in=references)
    ids = {
        reference: (account_id, PayType(pay_type))
        for reference, account_id, pay_type in rows.values_list("reference", "id", "pay_type")
    }
    lines: dict[int, dict[int, list[LineView]]] = defaultdict(lambda: defaultdict(list))
    for view in lines_of_accounts([account_id for account_id, _ in ids.values()]):
        lines[view.account_id][view.group_id].append(view)
    return [
        OpenedAccount(
            reference=reference,
            account_id=ids[reference][0],
            pay_type=ids[reference][1],
            groups=tuple(
                OpenedGroup(group_id=group_id, lines=tuple(views))
                for group_id, views in lines[ids[reference][0]].items()
            ),
            first=reference in first,
        )
        for reference in references
    ]
