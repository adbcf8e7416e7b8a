"""Disputes: a customer says that a record is wrong; the month's records stay until it is settled.

A dispute is open as long as its hold on the archive is not released. It is settled with an outcome
and an answer in words, which releases the hold; whoever settles it sees to the money
(`workflows/settle_dispute.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from wanhao.usage.archive.holds import hold, release
from wanhao.usage.detail_contracts import UsageDetail
from wanhao.usage.models import RecordDispute
from wanhao.values.cycle import SHANGHAI, Cycle
from wanhao.values.errors import WanhaoError

LONGEST_ANSWER = 300


class DisputeReason(StrEnum):
    """What is said to be wrong."""

    NOT_MINE = "not-mine"
    AMOUNT = "amount"
    CHARGE = "charge"
    OTHER = "other"


class DisputeOutcome(StrEnum):
    """What was found: the record stands as it is, or what it brought about is corrected."""

    STANDS = "stands"
    CORRECTED = "corrected"


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

    `start` is when the record began, `quantity` in seconds, messages or octets, `charge_fen` what
    was charged for it singly, None where nothing was. `outcome` None: it is open, or its hold was
    released without a word. `first`: it was opened, or settled, by this call.
    """

    dispute_id: int
    hold_id: int
    line_id: int
    number: int
    record_id: str
    service: str
    zone: str
    start: datetime
    quantity: int
    reason: DisputeReason
    words: str
    opened_at: datetime
    closed_at: datetime | None
    charge_fen: int | None = None
    outcome: DisputeOutcome | None = None
    answer: str = ""
    refund_fen: int = 0
    settled_by: str = ""
    first: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What came of a dispute: the answer for the customer, and what is given back, in fen."""

    dispute_id: int
    outcome: DisputeOutcome
    answer: str
    refund_fen: int = 0


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


def open_disputes(limit: int = 200) -> Sequence[DisputeView]:
    """What waits for somebody to settle it, the oldest first."""
    rows = RecordDispute.objects.filter(outcome="", hold__released_at__isnull=True)
    return [_view(row) for row in rows.select_related("hold").order_by("id")[:limit]]


def settled_disputes(limit: int = 50) -> Sequence[DisputeView]:
    """What was settled, the latest first."""
    rows = RecordDispute.objects.filter(hold__released_at__isnull=False)
    return [
        _view(row) for row in rows.select_related("hold").order_by("-hold__released_at")[:limit]
    ]


def dispute_by_id(dispute_id: int) -> DisputeView | None:
    """One dispute; None where there is none."""
    row = RecordDispute.objects.select_related("hold").filter(pk=dispute_id).first()
    return None if row is None else _view(row)


@transaction.atomic
def settle(asked: Settlement, now: datetime, *, by: str) -> DisputeView:
    """Note what came of a dispute, and release its records; the same said twice is settled once.

    WanhaoError where there is no such dispute, where it was settled otherwise, and for an answer
    without words.
    """
    _refuse_odd(asked)
    rows = RecordDispute.objects.select_for_update(of=("self",)).select_related("hold")
    row = rows.filter(pk=asked.dispute_id).first()
    if row is None:
        raise WanhaoError("There is no such dispute.", "Look for it in the list of disputes.")
    if row.outcome or row.hold.released_at is not None:
        if not _is_said(row, asked):
            raise WanhaoError("This dispute is settled already.", "Look at what was answered.")
        return _view(row)
    release(row.hold_id, by=by, now=now)
    row.outcome, row.answer = asked.outcome.value, asked.answer.strip()
    row.refund_fen, row.settled_by = asked.refund_fen, by
    row.save(update_fields=["outcome", "answer", "refund_fen", "settled_by"])
    row.hold.refresh_from_db()
    return _view(row, first=True)


def _refuse_odd(asked: Settlement) -> None:
    if not 0 < len(asked.answer.strip()) <= LONGEST_ANSWER:
        raise WanhaoError(
            "The customer is told nothing, or too much.",
            "Say in at most 300 characters what was found.",
        )
    if asked.refund_fen < 0 or (asked.refund_fen and asked.outcome is DisputeOutcome.STANDS):
        raise WanhaoError(
            "Nothing is given back for a record that stands.", "Say that it is corrected."
        )


def _is_said(row: RecordDispute, asked: Settlement) -> bool:
    said = (row.outcome, row.answer, row.refund_fen)
    return said == (asked.outcome.value, asked.answer.strip(), asked.refund_fen)


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
        line_id=row.line_id,
        number=row.number,
        record_id=row.record_id,
        service=row.service,
        zone=row.zone,
        start=datetime.fromtimestamp(row.start, SHANGHAI),
        quantity=row.quantity,
        reason=DisputeReason(row.reason),
        words=row.words,
        opened_at=row.opened_at,
        closed_at=row.hold.released_at,
        charge_fen=row.charge_fen,
        outcome=DisputeOutcome(row.outcome) if row.outcome else None,
        answer=row.answer,
        refund_fen=row.refund_fen,
        settled_by=row.settled_by,
        first=first,
    )
