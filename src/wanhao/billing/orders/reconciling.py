"""A channel's statement held against our books: what agrees is settled, the rest is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.db.models import F

from wanhao.billing.books import Book
from wanhao.billing.contracts import Channel, JournalKind
from wanhao.billing.ledger import Draft, Line, post_new
from wanhao.billing.models import OrderRefund, PaymentDifference, PaymentOrder, StatementRun
from wanhao.billing.order_contracts import (
    DifferenceKind,
    DifferenceView,
    Reconciled,
    RefundState,
    StatementRow,
)
from wanhao.billing.orders.states import UNPAID
from wanhao.billing.orders.viewing import difference_view
from wanhao.values.cycle import SHANGHAI
from wanhao.values.errors import WanhaoError

LOCK = "SELECT pg_advisory_xact_lock(hashtext('wanhao_billing_statement'), hashtext(%s))"
# A payment of the last minutes of a day may stand on the channel's next statement.
MIDNIGHT = timedelta(minutes=5)
Kind = DifferenceKind


@dataclass(slots=True)
class Sum:
    """What agreed, in fen: payments less refunds, and what the channel kept."""

    matched: int = 0
    fen: int = 0
    fees: int = 0

    def add(self, row: StatementRow) -> None:
        self.fen += -row.amount_fen if row.refund else row.amount_fen
        self.fees += row.fee_fen


@transaction.atomic
def hold_against(
    channel: Channel, day: date, rows: Sequence[StatementRow], now: datetime
) -> Reconciled:
    """Hold a day's statement against our books; may be repeated, what was settled stays so.

    What agrees leaves the channel's clearing book for the bank, less the channel's fee. Each
    difference is a row for a person, told once.
    """
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [channel.value])
    found = Sum()
    for row in rows:
        if (_refund_agrees if row.refund else _payment_agrees)(channel, day, row, found, now):
            found.matched += 1
    _find_missing_there(channel, day, rows, now)
    run = _note_run(channel, day, len(rows), found, now)
    _settle(channel, day, run.runs, found, now)
    return Reconciled(
        channel=channel,
        day=day,
        rows=len(rows),
        matched=found.matched,
        open_differences=_open_of(channel, day),
        settled_fen=run.settled_fen,
        fees_fen=run.fees_fen,
    )


def unheard(channel: Channel, rows: Sequence[StatementRow]) -> tuple[str, ...]:
    """Orders that a statement says are paid and that are not so here."""
    numbers = [row.number for row in rows if not row.refund]
    found = PaymentOrder.objects.filter(
        channel=channel.value, number__in=numbers, state__in=[state.value for state in UNPAID]
    )
    return tuple(found.order_by("id").values_list("number", flat=True))


@transaction.atomic
def settle_difference(
    difference_id: int, *, by: str, note: str, now: datetime, booked_fen: int = 0
) -> DifferenceView:
    """A person has settled a difference; `booked_fen` is what the caller's transaction booked.

    WanhaoError when it is settled already, or nobody says why.
    """
    if not by.strip() or not note.strip():
        raise WanhaoError("A difference is settled with a note.", "Say what was found out.")
    row = PaymentDifference.objects.select_for_update().filter(pk=difference_id).first()
    if row is None or row.settled_at is not None:
        raise WanhaoError("This difference is settled already.", "Look at the list again.")
    row.settled_at, row.settled_by, row.note = now, by.strip()[:64], note.strip()[:200]
    row.booked_fen = booked_fen
    row.save(update_fields=["settled_at", "settled_by", "note", "booked_fen"])
    return difference_view(row)


def due_days(channel: Channel, now: datetime, days: int = 3) -> tuple[date, ...]:
    """The last days whose statement was not held against our books yet; channels have a day's
    statement from 10 in the morning of the next."""
    local = now.astimezone(SHANGHAI)
    last = local.date() - timedelta(days=1 if local.hour >= 10 else 2)
    wanted = [last - timedelta(days=back) for back in reversed(range(days))]
    done = set(
        StatementRun.objects.filter(channel=channel.value, day__in=wanted).values_list(
            "day", flat=True
        )
    )
    return tuple(day for day in wanted if day not in done)


def _payment_agrees(
    channel: Channel, day: date, row: StatementRow, found: Sum, now: datetime
) -> bool:
    order = PaymentOrder.objects.filter(channel=channel.value, number=row.number).first()
    if order is not None and order.transaction_id == row.transaction_id:
        if order.amount_fen != row.amount_fen:
            return _differs(channel, day, row, Kind.OTHER_AMOUNT, order.amount_fen, now)
        _no_more_missing(channel, row.number, now)
        if order.settled_on is None:
            PaymentOrder.objects.filter(pk=order.pk).update(settled_on=day)
            found.add(row)
        return True
    aside = PaymentDifference.objects.filter(
        channel=channel.value, transaction_id=row.transaction_id
    ).exclude(kind__in=[Kind.MISSING_THERE.value, Kind.REFUND_UNKNOWN.value])
    booked = aside.filter(booked_fen=row.amount_fen, booked_fen__gt=0).first()
    if booked is not None:
        if booked.settled_on is None:
            PaymentDifference.objects.filter(pk=booked.pk).update(settled_on=day)
            found.add(row)
        return True
    if aside.exists():
        aside.filter(day__isnull=True).update(day=day)
        return False
    ours = order.amount_fen if order is not None else None
    kind = Kind.MISSING_HERE if order is not None else Kind.UNKNOWN_ORDER
    return _differs(channel, day, row, kind, ours, now)


def _refund_agrees(
    channel: Channel, day: date, row: StatementRow, found: Sum, now: datetime
) -> bool:
    refund = OrderRefund.objects.filter(order__channel=channel.value, number=row.refund).first()
    if refund is None:
        return _differs(channel, day, row, Kind.REFUND_UNKNOWN, None, now)
    if refund.amount_fen != row.amount_fen or refund.state == RefundState.FAILED.value:
        return _differs(channel, day, row, Kind.REFUND_AMOUNT, refund.amount_fen, now)
    _no_more_missing(channel, row.refund, now)
    if refund.settled_on is None:
        OrderRefund.objects.filter(pk=refund.pk).update(settled_on=day)
        found.add(row)
    return True


def _differs(
    channel: Channel,
    day: date,
    row: StatementRow,
    kind: DifferenceKind,
    ours_fen: int | None,
    now: datetime,
) -> bool:
    number = row.refund or row.number
    PaymentDifference.objects.get_or_create(
        channel=channel.value,
        kind=kind.value,
        number=number[:64],
        transaction_id=row.transaction_id[:64],
        defaults={
            "ours_fen": ours_fen,
            "theirs_fen": row.amount_fen,
            "day": day,
            "found_at": now,
        },
    )
    return False


def _find_missing_there(
    channel: Channel, day: date, rows: Sequence[StatementRow], now: datetime
) -> None:
    """What we hold for paid or refunded on that day, and the statement does not know."""
    start = datetime.combine(day, datetime.min.time(), SHANGHAI)
    until = start + timedelta(days=1) - MIDNIGHT
    told = {row.refund or row.number for row in rows}
    orders = PaymentOrder.objects.filter(
        channel=channel.value, paid_at__gte=start, paid_at__lt=until, settled_on__isnull=True
    )
    refunds = OrderRefund.objects.filter(
        order__channel=channel.value,
        state=RefundState.DONE.value,
        settled_at__gte=start,
        settled_at__lt=until,
        settled_on__isnull=True,
    )
    missing = [
        *((Kind.MISSING_THERE, one.number, one.transaction_id, one.amount_fen) for one in orders),
        *((Kind.REFUND_MISSING, one.number, one.refund_id, one.amount_fen) for one in refunds),
    ]
    for kind, number, transaction_id, fen in missing:
        if number not in told:
            PaymentDifference.objects.get_or_create(
                channel=channel.value,
                kind=kind.value,
                number=number,
                transaction_id=transaction_id or "",
                defaults={"ours_fen": fen, "day": day, "found_at": now},
            )


def _no_more_missing(channel: Channel, number: str, now: datetime) -> None:
    """It stood on a later statement: nobody need look for it."""
    PaymentDifference.objects.filter(
        channel=channel.value,
        kind__in=[Kind.MISSING_THERE.value, Kind.REFUND_MISSING.value, Kind.MISSING_HERE.value],
        number=number,
        settled_at__isnull=True,
    ).update(settled_at=now, settled_by="reconciliation", note="found on a later statement")


def _note_run(channel: Channel, day: date, rows: int, found: Sum, now: datetime) -> StatementRun:
    run, first = StatementRun.objects.get_or_create(
        channel=channel.value,
        day=day,
        defaults={
            "done_at": now,
            "rows": rows,
            "matched": found.matched,
            "settled_fen": found.fen,
            "fees_fen": found.fees,
        },
    )
    if not first:
        StatementRun.objects.filter(pk=run.pk).update(
            done_at=now,
            rows=rows,
            matched=found.matched,
            runs=F("runs") + 1,
            settled_fen=F("settled_fen") + found.fen,
            fees_fen=F("fees_fen") + found.fees,
        )
        run.refresh_from_db()
    return run


def _settle(channel: Channel, day: date, run: int, found: Sum, now: datetime) -> None:
    lines = (
        Line(channel.book, found.fen),
        Line(Book.BANK, -(found.fen - found.fees)),
        Line(Book.CHANNEL_FEES, -found.fees),
    )
    if any(line.fen for line in lines):
        draft = Draft(reference=f"{channel.value}-{day}-{run}", lines=lines)
        post_new(JournalKind.SETTLEMENT, [draft], now)


def _open_of(channel: Channel, day: date) -> int:
    return PaymentDifference.objects.filter(
        channel=channel.value, day=day, settled_at__isnull=True
    ).count()
