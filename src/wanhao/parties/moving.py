"""Lines that join a group, go into another one, or end; what was stays in the rows that ended."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime

from django.db import IntegrityError, connection, transaction

from wanhao.parties.contracts import Language, LineRole, LineView, NewLine
from wanhao.parties.freezing import refuse_frozen
from wanhao.parties.models import Line, LineGroup
from wanhao.parties.queries import lines_by_number, lines_of_groups
from wanhao.values.errors import WanhaoError
from wanhao.values.msisdn import Msisdn

MOST_SECONDARY = 4
"""Secondary cards that a group may have at a time."""
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('number ' || %s, 0))"
LOCK_ACCOUNTS = """
SELECT id FROM wanhao_parties_billingaccount WHERE id = ANY(%s::bigint[])
ORDER BY id FOR NO KEY UPDATE
"""
LOCK_ACCOUNTS_OF_GROUPS = """
SELECT id FROM wanhao_parties_billingaccount WHERE id IN (
    SELECT account_id FROM wanhao_parties_linegroup WHERE id = ANY(%s::bigint[])
) ORDER BY id FOR NO KEY UPDATE
"""


def open_group(account_id: int) -> int:
    """Open a group that has no line yet, for a line that is to have its own; returns its id."""
    return int(LineGroup.objects.create(account_id=account_id).pk)


def lock_number(number: int) -> None:
    """Let nobody else give, move or end this number before the transaction ends.

    Lock numbers first, accounts after them, and then what groups hold.
    """
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [number])


def lock_accounts(account_ids: Collection[int]) -> None:
    """Let nobody else change what these accounts' groups hold before the transaction ends: what an
    account owes is told as a whole, of all its groups."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK_ACCOUNTS, [list(set(account_ids))])


def lock_accounts_of_groups(group_ids: Collection[int]) -> list[int]:
    """The accounts of groups, locked as `lock_accounts` does, in the order of their numbers; a
    group that is unknown has none."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK_ACCOUNTS_OF_GROUPS, [list(set(group_ids))])
        return [account_id for (account_id,) in cursor.fetchall()]


def lock_line(number: int) -> LineView:
    """The live line of a number, locked as `lock_number` does; WanhaoError when it has none."""
    lock_number(number)
    line = lines_by_number([number]).get(number)
    if line is None:
        raise WanhaoError(f"Nobody uses the number {number}.", "Give a number in use.")
    return line


@transaction.atomic
def add_line(group_id: int, line: NewLine) -> LineView:
    """A number that nobody uses joins a group from its `since` on.

    WanhaoError when the number is in use or was at that time, or the group has no place for it.
    """
    Msisdn(line.number)
    lock_number(line.number)
    group = _locked(group_id)[group_id]
    _refuse_no_place(group_id, line.role)
    since = datetime.fromtimestamp(line.since, UTC)
    _refuse_in_use(line.number, since)
    refuse_frozen(line.number, since)
    return _begin(group, line.number, line.role, line.language, since)


@transaction.atomic
def move_line(number: int, to_group_id: int, role: LineRole, at: datetime) -> LineView:
    """A line leaves its group at an instant and from there on is in another one.

    The group's account pays for it then. WanhaoError when it may not leave, the other group has no
    place for it, or it began later than that.
    """
    line = lock_line(number)
    if line.group_id == to_group_id:
        raise WanhaoError(f"{number} is in group {to_group_id} already.", "Nothing has to be done.")
    group = _locked(line.group_id, to_group_id)[to_group_id]
    _refuse_leaving(line)
    _refuse_no_place(to_group_id, role)
    _end(line, at)
    return _begin(group, number, role, line.language, at, line.city)


def could_move(line: LineView, to_group_id: int) -> None:
    """WanhaoError as `move_line` says for a secondary card; it changes nothing."""
    if line.group_id == to_group_id:
        raise WanhaoError(
            f"{line.number} is in group {to_group_id} already.", "Nothing has to be done."
        )
    _refuse_leaving(line)
    _refuse_no_place(to_group_id, LineRole.SECONDARY)


def joined(number: int) -> datetime | None:
    """Since when a number in use is with us without a gap, whatever families it was in."""
    since = None
    rows = Line.objects.filter(number=number).order_by("-since", "-id")
    for begun, until in rows.values_list("since", "until"):
        if until != since:
            break
        since = begun
    return since


@transaction.atomic
def end_line(number: int, at: datetime) -> LineView:
    """A number is given back: its line ends at an instant. Returns the line as it was.

    WanhaoError when nobody uses it, it may not leave its group, or it began later than that.
    """
    line = lock_line(number)
    _locked(line.group_id)
    _refuse_leaving(line)
    _end(line, at)
    return line


def _locked(*group_ids: int) -> Mapping[int, LineGroup]:
    """The groups, into and out of which nobody else moves a line before the transaction ends."""
    rows = LineGroup.objects.select_for_update(no_key=True, of=("self",))
    found = {
        row.pk: row
        for row in rows.select_related("account__customer").filter(id__in=group_ids).order_by("id")
    }
    for group_id in group_ids:
        if group_id not in found:
            raise WanhaoError(f"There is no group {group_id}.", "Give the group of a line in use.")
    return found


def _refuse_leaving(line: LineView) -> None:
    if line.role is LineRole.MAIN and len(lines_of_groups([line.group_id])) > 1:
        raise WanhaoError(
            f"{line.number} is the main card of group {line.group_id}, which has secondary cards.",
            "Let the secondary cards leave first, or give them back.",
        )


def _refuse_no_place(group_id: int, role: LineRole) -> None:
    roles = [line.role for line in lines_of_groups([group_id])]
    if role is LineRole.MAIN:
        if roles:
            raise WanhaoError(
                f"Group {group_id} has a main card already.", "Let it join as a secondary card."
            )
    elif LineRole.MAIN not in roles:
        raise WanhaoError(
            f"Group {group_id} has no line.", "Give the group of a line in use to join it."
        )
    elif roles.count(LineRole.SECONDARY) >= MOST_SECONDARY:
        raise WanhaoError(
            f"Group {group_id} has {MOST_SECONDARY} secondary cards, as many as it may have.",
            "Let one of them leave first.",
        )


def _refuse_in_use(number: int, since: datetime) -> None:
    if number in lines_by_number([number]):
        raise _in_use(number)
    if Line.objects.filter(number=number, until__gt=since).exists():
        raise WanhaoError(
            f"{number} was somebody else's at that time.", "Let it begin after that line's end."
        )


def _in_use(number: int) -> WanhaoError:
    return WanhaoError(
        f"A number is in use: {number} belongs to a line.",
        "Choose another number, or end that line.",
    )


def _end(line: LineView, at: datetime) -> None:
    if not Line.objects.filter(id=line.line_id, since__lte=at).update(until=at):
        raise WanhaoError(
            f"{line.number} is in its group since later than that.", "Choose a later time."
        )


def _begin(
    group: LineGroup,
    number: int,
    role: LineRole,
    language: Language,
    since: datetime,
    city: str = "",
) -> LineView:
    try:
        with transaction.atomic():
            Line.objects.create(
                number=number,
                group_id=group.pk,
                account_id=group.account_id,
                role=role.value,
                language=language.value,
                city=city or group.account.customer.city,
                since=since,
            )
    except IntegrityError as error:
        raise _in_use(number) from error
    return lines_by_number([number])[number]
