"""Cash drawers: what a clerk took on a day, counted once at its end."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import connection, transaction

from wanhao.billing.cash_contracts import ClerkCash
from wanhao.billing.tills import cash_of_day
from wanhao.outlets.counter_contracts import ClosingView
from wanhao.outlets.counter_models import LONGEST_NOTE
from wanhao.outlets.models import DrawerClosing, Outlet
from wanhao.values.cycle import SHANGHAI
from wanhao.values.errors import WanhaoError

# Cash is taken, or the drawer is closed; never both at the same moment.
LOCK = "SELECT pg_advisory_xact_lock(hashtext('wanhao_outlets_drawer'), %s)"


def lock_drawer(clerk_id: int) -> None:
    """Until the transaction ends nobody else takes or counts this clerk's cash."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [clerk_id])


def cash_of(clerk_id: int, hall: str, day: date) -> ClerkCash:
    """What a clerk took at a hall on a day; nothing is zero in no payments."""
    found = [one for one in cash_of_day(day, hall) if one.clerk_id == clerk_id]
    none = ClerkCash(hall=hall, clerk_id=clerk_id, day=day, payments=0, amount_fen=0)
    return found[0] if found else none


def closing_of(clerk_id: int, hall: str, day: date) -> ClosingView | None:
    """How the drawer of a day was counted; None while it is open."""
    rows = DrawerClosing.objects.select_related("hall")
    row = rows.filter(clerk_id=clerk_id, hall__code=hall, day=day).first()
    return None if row is None else _view(row)


def closings_of_day(day: date, halls: Sequence[str] | None = None) -> tuple[ClosingView, ...]:
    """How the drawers of these halls, or of all, were counted on a day."""
    rows = DrawerClosing.objects.select_related("hall").filter(day=day)
    if halls is not None:
        rows = rows.filter(hall__code__in=halls)
    return tuple(_view(row) for row in rows.order_by("hall__code", "clerk_id"))


@transaction.atomic
def close_drawer(
    *, clerk_id: int, hall: str, counted_fen: int, note: str, now: datetime
) -> ClosingView:
    """Count a drawer at the end of its day; no cash is taken there by this clerk until tomorrow.

    WanhaoError when it was counted before, or differs and nothing says why.
    """
    lock_drawer(clerk_id)
    day = now.astimezone(SHANGHAI).date()
    outlet = Outlet.objects.filter(code=hall).first()
    if outlet is None or closing_of(clerk_id, hall, day) is not None:
        raise WanhaoError("This drawer was counted today.", "It is counted again tomorrow.")
    taken = cash_of(clerk_id, hall, day)
    if counted_fen < 0 or (counted_fen != taken.amount_fen and not note.strip()):
        raise WanhaoError(
            "What was counted is not what was taken.", "Count again, or say what is known of it."
        )
    row = DrawerClosing.objects.create(
        clerk_id=clerk_id,
        hall=outlet,
        day=day,
        payments=taken.payments,
        expected_fen=taken.amount_fen,
        counted_fen=counted_fen,
        note=note.strip()[:LONGEST_NOTE],
        closed_at=now,
    )
    return _view(row)


def _view(row: DrawerClosing) -> ClosingView:
    return ClosingView(
        hall=row.hall.code,
        clerk_id=row.clerk_id,
        day=row.day,
        payments=row.payments,
        expected_fen=row.expected_fen,
        counted_fen=row.counted_fen,
        note=row.note,
        closed_at=row.closed_at,
    )
