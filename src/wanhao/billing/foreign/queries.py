"""Reads of what a foreign billing told and of the payments on their way to it."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Count, Min, QuerySet, Sum

from wanhao.billing.foreign.contracts import ForeignStatus
from wanhao.billing.foreign.feeds import feeds
from wanhao.billing.foreign_models import ForeignFunds, ForeignPayment, ForeignTerms
from wanhao.billing.ports import (
    AccountFunds,
    Allowance,
    GroupAllowances,
    PaymentState,
    PaymentView,
)


def told_funds(account_ids: Collection[int]) -> dict[int, AccountFunds]:
    """What each account can spend as it was told last; one never told of is left out."""
    rows = ForeignFunds.objects.filter(account_id__in=set(account_ids))
    return {
        row.account_id: AccountFunds(
            account_id=row.account_id,
            spendable_fen=row.spendable_fen,
            billed_through=row.billed_through,
            told_at=row.told_at,
        )
        for row in rows
        if row.account_id is not None
    }


def told_allowances(group_ids: Collection[int], cycle: int) -> dict[int, GroupAllowances]:
    """What each group has in a cycle: the newest terms that had begun by then.

    What was left in an earlier cycle says nothing of this one.
    """
    rows = (
        ForeignTerms.objects.filter(group_id__in=set(group_ids), cycle__lte=cycle)
        .order_by("group_id", "-cycle", "-version")
        .distinct("group_id")
    )
    return {row.group_id: _allowances(row, cycle) for row in rows if row.group_id is not None}


def forwarded(account_id: int, latest: int) -> tuple[PaymentView, ...]:
    """The account's latest payments, newest first."""
    rows = ForeignPayment.objects.filter(account_id=account_id).order_by("-id")[:latest]
    return tuple(_view(row) for row in rows)


def refused_payments(latest: int) -> tuple[PaymentView, ...]:
    """The latest payments they refused, newest first."""
    return tuple(_view(row) for row in _in(PaymentState.REFUSED).order_by("-id")[:latest])


def foreign_status() -> ForeignStatus:
    """How the link stands, in figures."""
    waiting = _in(PaymentState.WAITING).aggregate(
        count=Count("id"), fen=Sum("amount_fen"), oldest=Min("taken_at")
    )
    refused = _in(PaymentState.REFUSED).aggregate(count=Count("id"), fen=Sum("amount_fen"))
    troubled = _in(PaymentState.WAITING).exclude(said="").order_by("id").first()
    numbers = ForeignTerms.objects.filter(group__isnull=True).values("number").distinct()
    return ForeignStatus(
        feeds=feeds(),
        unknown_accounts=ForeignFunds.objects.filter(account__isnull=True).count(),
        unknown_numbers=numbers.count(),
        waiting=waiting["count"],
        waiting_fen=waiting["fen"] or 0,
        oldest_waiting_at=waiting["oldest"],
        waiting_because=troubled.said if troubled else "",
        refused=refused["count"],
        refused_fen=refused["fen"] or 0,
    )


def lag_seconds(status: ForeignStatus, feed: str, now: datetime) -> int | None:
    """Seconds since the feed was last read to its end, never below 0; None: not yet."""
    for found in status.feeds:
        if found.name == feed and found.caught_up_at is not None:
            return max(0, int((now - found.caught_up_at).total_seconds()))
    return None


def _in(state: PaymentState) -> QuerySet[ForeignPayment]:
    return ForeignPayment.objects.filter(state=state.value)


def _allowances(row: ForeignTerms, cycle: int) -> GroupAllowances:
    assert row.group_id is not None
    told = (
        ("voice", row.voice, row.voice_left),
        ("message", row.message, row.message_left),
        ("data", row.data, row.data_left),
    )
    return GroupAllowances(
        group_id=row.group_id,
        cycle=cycle,
        plan=row.plan,
        voice_unit=row.voice_unit,
        allowances=tuple(
            Allowance(service=service, total=total, left=left if row.cycle == cycle else None)
            for service, total, left in told
        ),
        told_at=row.told_at,
    )


def _view(row: ForeignPayment) -> PaymentView:
    return PaymentView(
        account_id=row.account_id,
        reference=row.reference,
        amount_fen=row.amount_fen,
        taken_at=row.taken_at,
        state=PaymentState(row.state),
        said=row.said,
        settled_at=row.settled_at,
    )
