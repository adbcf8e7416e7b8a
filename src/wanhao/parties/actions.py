"""Writes of customers, accounts, groups and lines."""

import itertools
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime

from django.db import IntegrityError, transaction

from wanhao.parties.adding import Added, Row, add_rows
from wanhao.parties.contracts import (
    LineView,
    NewAccount,
    NewLine,
    OpenedAccount,
    OpenedGroup,
    PayType,
)
from wanhao.parties.freezing import end_accounts, frozen_numbers, refuse_frozen
from wanhao.parties.media import end_media_of_line, set_medium_of_customer, set_medium_of_line
from wanhao.parties.models import BillingAccount
from wanhao.parties.moving import (
    add_line,
    end_line,
    lock_accounts,
    lock_accounts_of_groups,
    lock_line,
    lock_number,
    move_line,
    open_group,
)
from wanhao.parties.opening import check_accounts
from wanhao.parties.queries import lines_by_number, lines_of_accounts
from wanhao.values.errors import WanhaoError

__all__ = [
    "add_line",
    "end_accounts",
    "end_line",
    "end_media_of_line",
    "lock_accounts",
    "lock_accounts_of_groups",
    "lock_line",
    "lock_number",
    "move_line",
    "open_accounts",
    "open_group",
    "set_medium_of_customer",
    "set_medium_of_line",
]


@transaction.atomic
def open_accounts(accounts: Sequence[NewAccount]) -> list[OpenedAccount]:
    """Open accounts with their customers, groups and lines, in the order asked for.

    A reference that is known already opens nothing and returns what stands under it. All or
    nothing: WanhaoError when an account is malformed or one of its numbers is in use.
    """
    check_accounts(accounts)
    # Numbers first: what a rival opens from here on is known as its account, not as its numbers.
    taken = lines_by_number(_numbers(accounts))
    known = _accounts_of([account.reference for account in accounts])
    new = [account for account in accounts if account.reference not in known]
    _refuse_numbers_in_use(new, taken)
    _refuse_frozen(new)
    try:
        with transaction.atomic():
            added = _add(new)
    except IntegrityError as error:
        raise _in_use("another order took a number at the same moment") from error
    standing = _standing([each.reference for each in accounts if each.reference not in added])
    return [
        _first(account, added[account.reference])
        if account.reference in added
        else standing[account.reference]
        for account in accounts
    ]


def _accounts_of(references: Sequence[str]) -> dict[str, tuple[int, PayType]]:
    rows = BillingAccount.objects.filter(reference__in=references)
    return {
        reference: (account_id, PayType(pay_type))
        for reference, account_id, pay_type in rows.values_list("reference", "id", "pay_type")
    }


def _numbers(accounts: Sequence[NewAccount]) -> list[int]:
    return [line.number for account in accounts for group in account.groups for line in group.lines]


def _refuse_numbers_in_use(accounts: Sequence[NewAccount], taken: Collection[int]) -> None:
    number = next((number for number in _numbers(accounts) if number in taken), None)
    if number is not None:
        raise _in_use(f"{number} belongs to a line")


def _refuse_frozen(accounts: Sequence[NewAccount]) -> None:
    lines = [line for account in accounts for group in account.groups for line in group.lines]
    if not lines:
        return
    first = datetime.fromtimestamp(min(line.since for line in lines), UTC)
    frozen = frozen_numbers([line.number for line in lines], first)
    for line in lines:
        if line.number in frozen:
            refuse_frozen(line.number, datetime.fromtimestamp(line.since, UTC))


def _in_use(what: str) -> WanhaoError:
    return WanhaoError(f"A number is in use: {what}.", "Choose another number, or end that line.")


def _add(accounts: Sequence[NewAccount]) -> dict[str, list[Added]]:
    """Write the accounts; what was added of each, an account that a rival opened left out."""
    rows = list(_rows(accounts))
    added: dict[str, list[Added]] = defaultdict(list)
    for ids in add_rows(rows):
        added[rows[ids.place].reference].append(ids)
    return added


def _rows(accounts: Sequence[NewAccount]) -> Iterator[Row]:
    place = itertools.count()
    for account in accounts:
        head = (
            account.reference,
            account.customer_name,
            account.customer_kind.value,
            account.city,
            account.pay_type.value,
        )
        if not account.groups:
            yield Row(next(place), *head)
        for group_place, group in enumerate(account.groups):
            for line in group.lines:
                yield Row(next(place), *head, group_place, *_of_line(line))


def _of_line(line: NewLine) -> tuple[int, str, str, int]:
    return line.number, line.role.value, line.language.value, line.since


def _first(account: NewAccount, added: Sequence[Added]) -> OpenedAccount:
    """An account that was opened just now, from what was asked and the ids it was given."""
    ids = iter(added)
    return OpenedAccount(
        reference=account.reference,
        account_id=added[0].account_id,
        pay_type=account.pay_type,
        groups=tuple(
            _opened_group([_view(account, line, next(ids)) for line in group.lines])
            for group in account.groups
        ),
        first=True,
    )


def _view(account: NewAccount, line: NewLine, ids: Added) -> LineView:
    return LineView(
        line_id=ids.line_id or 0,
        number=line.number,
        account_id=ids.account_id,
        group_id=ids.group_id or 0,
        role=line.role,
        language=line.language,
        city=account.city,
    )


def _opened_group(lines: Sequence[LineView]) -> OpenedGroup:
    return OpenedGroup(group_id=lines[0].group_id, lines=tuple(lines))


def _standing(references: Sequence[str]) -> dict[str, OpenedAccount]:
    """What stands under references that were known already."""
    accounts = _accounts_of(references)
    lines: dict[int, dict[int, list[LineView]]] = defaultdict(lambda: defaultdict(list))
    for view in lines_of_accounts([account_id for account_id, _ in accounts.values()]):
        lines[view.account_id][view.group_id].append(view)
    return {
        reference: OpenedAccount(
            reference=reference,
            account_id=account_id,
            pay_type=pay_type,
            groups=tuple(_opened_group(views) for views in lines[account_id].values()),
            first=False,
        )
        for reference, (account_id, pay_type) in accounts.items()
    }
