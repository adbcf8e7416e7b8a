"""Disputes: a customer says that a record is wrong; the month's records stay until it is settled.

A dispute is open as long as its hold on the archive is not released.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from wanhao.usage.archive.holds import hold
from wanhao.usage.detail_contracts import UsageDetail
from wanhao.usage.models import RecordDispute
from wanhao.values.cycle import SHANGHAI, Cycle


class DisputeReason(StrEnum):
    """What is said to be wrong."""

    NOT_MINE = "not-mine"
    AMOUNT = "amount"
    CHARGE = "charge"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDispute:
    """A record of a line that is said to be wrong, why, and in the customer's words."""

    line_id: int
    record: UsageDetail
    reason: DisputeReason
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeView:
    """A dispute; `closed_at` None: it is open, and hold `hold_id` keeps its records.

    `start` is when the record began, `quantity` in seconds, messages or octets. `first`: it was
    opened by this call.
    """

    dispute_id: int
    hold_id: int
    service: str
    zone: str
    start: datetime
    quantity: int
    reason: DisputeReason
    words: str
    opened_at: datetime
    closed_at: datetime | None
    first: bool = False


def open_dispute(new: NewDispute, now: datetime, *, by: str) -> DisputeView:
    """Note what is wrong, and hold the line's records of that month; disputed twice, the record
    stays disputed once."""
    known = _rows(new).first()
    if known is not None:
        return _view(known)
    try:
        with transaction.atomic():
            return _view(_open(new, now, by), first=True)
    except IntegrityError:
        return _view(_rows(new).get())


def disputes_of(number: int, line_id: int, limit: int = 50) -> Sequence[DisputeView]:
    """What was disputed of a number by the line that has it, the latest first."""
    rows = RecordDispute.objects.filter(number=number, line_id=line_id).select_related("hold")
    return [_view(row) for row in rows.order_by("-id")[:limit]]


def _open(new: NewDispute, now: datetime, by: str) -> RecordDispute:
    one = new.record
    month = Cycle.of(datetime.fromtimestamp(one.start, SHANGHAI))
    held = hold(
        one.number,
        month.start.astimezone(SHANGHAI).date(),
        month.end.astimezone(SHANGHAI).date() - timedelta(days=1),
        reason=f"dispute: {new.reason.value} {one.service} record {one.record_id}",
        by=by,
        now=now,
    )
    return RecordDispute.objects.create(
        hold_id=held.hold_id,
        line_id=new.line_id,
        number=one.number,
        batch=one.batch,
        source=one.source,
        record_id=one.record_id,
        start=one.start,
        service=one.service,
        zone=one.zone,
        quantity=one.quantity * one.sign,
        charge_fen=one.charge_fen,
        reason=new.reason.value,
        words=new.words,
        by=by,
        opened_at=now,
    )


def _rows(new: NewDispute) -> QuerySet[RecordDispute]:
    one = new.record
    return RecordDispute.objects.filter(
        number=one.number,
        source=one.source,
        record_id=one.record_id,
        start=one.start,
        batch=one.batch,
    ).select_related("hold")


def _view(row: RecordDispute, *, first: bool = False) -> DisputeView:
    return DisputeView(
        dispute_id=row.pk,
        hold_id=row.hold_id,
        service=row.service,
        zone=row.zone,
        start=datetime.fromtimestamp(row.start, SHANGHAI),
        quantity=row.quantity,
        reason=DisputeReason(row.reason),
        words=row.words,
        opened_at=row.opened_at,
        closed_at=row.hold.released_at,
        first=first,
    )
