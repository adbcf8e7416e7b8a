"""Builds the demo world: units, catalogue, thresholds, halls, lots, the cast, and the lines of
eleven cities."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import transaction

from wanhao.communications.actions import set_opt_out
from wanhao.outlets.actions import import_places
from wanhao.parties.contracts import NewAccount, NewGroup, NewLine, OpenedAccount
from wanhao.parties.queries import accounts_by_reference, line_count
from wanhao.products.actions import load_catalogue
from wanhao.products.queries import offerings
from wanhao.project.demo.auctions import put_demo_lots_up
from wanhao.project.demo.belongings import bring_along
from wanhao.project.demo.cast import CastAccount, cast, cast_accounts, reference_of
from wanhao.project.demo.habits import habits_of
from wanhao.project.demo.history import drop_month
from wanhao.project.demo.outlets import demo_places
from wanhao.project.demo.outlines import draw_map
from wanhao.project.demo.population import FIRST_DAY, PlannedAccount, population, world_settings
from wanhao.project.demo.queues import furnish_halls
from wanhao.project.demo.staff import hire_demo_staff
from wanhao.project.demo.terminal import furnish_terminal
from wanhao.staff.actions import load_units
from wanhao.values.cycle import Cycle
from wanhao.values.errors import WanhaoError
from wanhao.workflows.open_accounts import AccountOrder, open_accounts
from wanhao.workflows.watch_thresholds import watch_thresholds


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opening:
    """An account to open, and what its lines switch off when they are new.

    One of the cast brings its belongings along.
    """

    order: AccountOrder
    opted_out: tuple[tuple[int, str], ...] = ()
    of_cast: CastAccount | None = None


def build_world(lines: int, progress: Callable[[int, int], None], now: datetime) -> None:
    """Build a world of so many lines, the cast among them; what stands already is left alone.

    A larger number later adds lines, a smaller one takes none away. Who joined the cast since comes
    in any case. `progress` gets the lines that stand and the lines wanted. The month so far is
    dropped by `drop_history`.
    """
    load_units()
    load_catalogue()
    watch_thresholds(now)
    import_places(demo_places())
    draw_map()
    furnish_halls(demo_places(), now)
    put_demo_lots_up(now)
    furnish_terminal(demo_places(), now)
    hire_demo_staff(now)
    if line_count() >= lines:
        _open_newcomers(now)
        progress(lines, lines)
        return
    done = 0
    for chunk in _chunks(_openings(lines), world_settings()["chunk_accounts"]):
        done += sum(_size(opening) for opening in chunk)
        _open(chunk, now)
        progress(done, lines)


def drop_history(inbox: Path, now: datetime, lines: int) -> bool:
    """Drop the month so far of a world of so many lines, once per billing cycle.

    False when it was dropped before. The traffic maker does this by itself.
    """
    habits = habits_of(resident_accounts(lines), offerings(), Cycle.of(now).number)
    return drop_month(inbox, now, habits)


def resident_accounts(lines: int) -> tuple[PlannedAccount, ...]:
    """Everybody but the cast in a world of so many lines."""
    if lines < len(cast()):
        raise WanhaoError(
            f"A demo world of {lines} lines has no room for the cast.",
            f"Ask for at least {len(cast())}.",
        )
    return population(lines - len(cast()))


@transaction.atomic
def _open(chunk: Sequence[_Opening], now: datetime) -> None:
    """Open accounts; what they switch off is set once, so that it may be changed afterwards."""
    opened = open_accounts([opening.order for opening in chunk], now)
    for opening, account in zip(chunk, opened, strict=True):
        if account.first and opening.opted_out:
            _switch_off(account, opening.opted_out, now)
        if account.first and opening.of_cast:
            bring_along(opening.of_cast, account, now)


def _switch_off(
    account: OpenedAccount, opted_out: Sequence[tuple[int, str]], now: datetime
) -> None:
    ids = {line.number: line.line_id for group in account.groups for line in group.lines}
    for number, rule in opted_out:
        set_opt_out(ids[number], rule, True, now)


def _open_newcomers(now: datetime) -> None:
    """Open who joined the cast since an earlier version built this world; the rest stays."""
    known = accounts_by_reference([reference_of(account.key) for account in cast_accounts()])
    new = [account for account in cast_accounts() if reference_of(account.key) not in known]
    if known and new:
        _open([_of_cast(account) for account in new], now)


def _openings(lines: int) -> list[_Opening]:
    of_cast = [_of_cast(account) for account in cast_accounts()]
    return of_cast + [_of_resident(account) for account in resident_accounts(lines)]


def _of_cast(account: CastAccount) -> _Opening:
    groups = tuple(
        NewGroup(
            lines=tuple(
                NewLine(
                    number=member.number,
                    since=FIRST_DAY,
                    role=member.role,
                    language=member.language,
                )
                for member in group
            )
        )
        for group in account.groups
    )
    new = NewAccount(
        reference=reference_of(account.key),
        customer_name=account.name_zh,
        customer_kind=account.kind,
        city=account.city,
        pay_type=account.pay_type,
        groups=groups,
    )
    return _Opening(
        order=_order(new, [group[0].plan for group in account.groups], account.opening_balance_fen),
        opted_out=tuple(
            (member.number, rule)
            for group in account.groups
            for member in group
            for rule in member.opted_out
        ),
        of_cast=account,
    )


def _of_resident(account: PlannedAccount) -> _Opening:
    groups = tuple(
        NewGroup(
            lines=tuple(
                NewLine(
                    number=line.number,
                    since=account.since,
                    role=line.role,
                    language=line.language,
                )
                for line in group
            )
        )
        for group in account.groups
    )
    new = NewAccount(
        reference=account.reference,
        customer_name=account.customer_name,
        customer_kind=account.kind,
        city=account.city,
        pay_type=account.pay_type,
        groups=groups,
    )
    rules = world_settings()["opted_out_rules"] if account.undisturbed else ()
    return _Opening(
        order=_order(new, [account.plan] * len(groups), account.opening_balance_fen),
        opted_out=tuple((account.groups[0][0].number, rule) for rule in rules),
    )


def _order(new: NewAccount, plans: Sequence[str], opening_balance_fen: int) -> AccountOrder:
    return AccountOrder(
        account=new,
        offering_codes=tuple(plans),
        opening_balance_fen=opening_balance_fen,
        payment_reference=f"opening-{new.reference}" if opening_balance_fen else "",
    )


def _size(opening: _Opening) -> int:
    return sum(len(group.lines) for group in opening.order.account.groups)


def _chunks(openings: Sequence[_Opening], size: int) -> Iterator[Sequence[_Opening]]:
    for first in range(0, len(openings), size):
        yield openings[first : first + size]
