"""Reads of payment orders, refunds and differences."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from wanhao.billing.contracts import Channel
from wanhao.billing.models import (
    ChannelNotice,
    OrderRefund,
    PaymentDifference,
    PaymentOrder,
    StatementRun,
)
from wanhao.billing.order_contracts import (
    DifferenceView,
    OrderState,
    OrderView,
    Reconciled,
    RefundView,
    Verdict,
)
from wanhao.billing.orders.viewing import difference_view, order_view, refund_view
from wanhao.values.errors import WanhaoError


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeView:
    """A callback and what became of it."""

    channel: Channel
    at: datetime
    body_hash: str
    verdict: Verdict
    number: str
    amount_fen: int | None
    said: str


def order(number: str) -> OrderView | None:
    """An order by its number."""
    row = PaymentOrder.objects.filter(number=number).first()
    return None if row is None else order_view(row)


def order_by_reference(reference: str) -> OrderView | None:
    """An order by the reference of whoever asked for it."""
    row = PaymentOrder.objects.filter(reference=reference).first()
    return None if row is None else order_view(row)


def orders(
    latest: int, *, state: OrderState | None = None, before: int | None = None
) -> tuple[OrderView, ...]:
    """The latest orders, newest first, of any state or one; those before an order's id."""
    rows = PaymentOrder.objects.order_by("-id")
    if state is not None:
        rows = rows.filter(state=state.value)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return tuple(order_view(row) for row in rows[:latest])


def orders_of_account(account_id: int, latest: int) -> tuple[OrderView, ...]:
    """An account's latest orders, newest first."""
    rows = PaymentOrder.objects.filter(account_id=account_id).order_by("-id")[:latest]
    return tuple(order_view(row) for row in rows)


def refund(number: str) -> RefundView | None:
    """A refund by its number."""
    row = OrderRefund.objects.select_related("order").filter(number=number).first()
    return None if row is None else refund_view(row)


def refunds_of(number: str) -> tuple[RefundView, ...]:
    """The refunds of an order, oldest first."""
    rows = OrderRefund.objects.select_related("order").filter(order__number=number).order_by("id")
    return tuple(refund_view(row) for row in rows)


def differences(latest: int, *, open_only: bool = True) -> tuple[DifferenceView, ...]:
    """Differences, newest first."""
    rows = PaymentDifference.objects.order_by("-id")
    if open_only:
        rows = rows.filter(settled_at__isnull=True)
    return tuple(difference_view(row) for row in rows[:latest])


def difference(difference_id: int) -> DifferenceView:
    """One difference; WanhaoError when there is none such."""
    row = PaymentDifference.objects.filter(pk=difference_id).first()
    if row is None:
        raise WanhaoError(f"There is no difference {difference_id}.", "Look at the list again.")
    return difference_view(row)


def notices_of(number: str) -> tuple[NoticeView, ...]:
    """What a channel said of an order, oldest first."""
    return tuple(_notice(row) for row in ChannelNotice.objects.filter(number=number).order_by("id"))


def notices(latest: int, verdicts: Collection[Verdict] = ()) -> tuple[NoticeView, ...]:
    """The latest callbacks, newest first; all, or those of which one of these became."""
    rows = ChannelNotice.objects.order_by("-id")
    if verdicts:
        rows = rows.filter(verdict__in=[one.value for one in verdicts])
    return tuple(_notice(row) for row in rows[:latest])


def statement_runs(latest: int) -> tuple[Reconciled, ...]:
    """The latest days that were held against a statement, newest first."""
    rows = StatementRun.objects.order_by("-day", "channel")[:latest]
    return tuple(
        Reconciled(
            channel=Channel(row.channel),
            day=row.day,
            rows=row.rows,
            matched=row.matched,
            open_differences=PaymentDifference.objects.filter(
                channel=row.channel, day=row.day, settled_at__isnull=True
            ).count(),
            settled_fen=row.settled_fen,
            fees_fen=row.fees_fen,
        )
        for row in rows
    )


def _notice(row: ChannelNotice) -> NoticeView:
    return NoticeView(
        channel=Channel(row.channel),
        at=row.at,
        body_hash=row.body_hash,
        verdict=Verdict(row.verdict),
        number=row.number,
        amount_fen=row.amount_fen,
        said=row.said,
    )
