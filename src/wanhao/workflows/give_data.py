"""Give data: a plan holds less, another customer has more, the meter learns of both at once."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from wanhao.billing.line_stops import live_line_stops
from wanhao.billing.stops import live_stops
from wanhao.communications.actions import decide_reminders
from wanhao.communications.contracts import Metric, Trigger
from wanhao.parties.actions import lock_number
from wanhao.parties.contracts import LineRole, LineView
from wanhao.parties.queries import lines_by_number
from wanhao.products import actions as products
from wanhao.products.gift_contracts import DataGiftView, NewDataGift
from wanhao.products.gift_rules import gift_terms
from wanhao.products.gifting import cannot_receive, data_gift
from wanhao.usage.ports import usage_reader
from wanhao.values.cycle import Cycle
from wanhao.values.errors import WanhaoError
from wanhao.values.msisdn import Msisdn
from wanhao.workflows.change_products import changing_products_of

NO_BATCH = 0


def refuse_data_gift(giver_number: int, receiver_number: int, mb: int, now: datetime) -> None:
    """WanhaoError when a number's plan has not so much to give to another number, or may not."""
    products.refuse_data_gift(_asked(giver_number, receiver_number, mb, "", now), now)


@transaction.atomic
def give_data(
    giver_number: int, receiver_number: int, mb: int, reference: str, now: datetime
) -> DataGiftView:
    """Give unused data of a plan to another number, once per reference; the receiver is told.

    What the giver uses before the meter takes this in is never charged for it: the allowance falls
    at that place of the count, not before. WanhaoError as `products.actions.give_data` says, when a
    service is stopped, and when the meter cannot be asked.
    """
    known = data_gift(reference)
    if known is not None:
        return known
    for number in sorted({giver_number, receiver_number}):
        lock_number(number)
    asked = _asked(giver_number, receiver_number, mb, reference, now)
    with changing_products_of([asked.giver_group, asked.receiver_group], now):
        gift = products.give_data(asked, now)
        told = _trigger(gift, lines_by_number([giver_number, receiver_number]), giver_number, now)
        decide_reminders([told], batch=NO_BATCH, now=now)
    return gift


def _asked(
    giver_number: int, receiver_number: int, mb: int, reference: str, now: datetime
) -> NewDataGift:
    lines = lines_by_number([giver_number, receiver_number])
    giver, receiver = lines.get(giver_number), lines.get(receiver_number)
    if giver is None or giver.role is not LineRole.MAIN:
        raise WanhaoError("Only the main card of a group gives data.", "Ask from the main card.")
    if receiver is None:
        raise cannot_receive()
    stopped = _stopped([giver, receiver])
    if giver.line_id in stopped:
        raise WanhaoError("Service is stopped, so no data is given.", "Let it be resumed first.")
    if receiver.line_id in stopped:
        raise cannot_receive()
    return NewDataGift(
        giver_group=giver.group_id,
        giver_line=giver.line_id,
        receiver_group=receiver.group_id,
        receiver_line=receiver.line_id,
        mb=mb,
        plan_data_used=plan_data_used(giver.group_id, now),
        reference=reference,
    )


def _stopped(lines: Sequence[LineView]) -> set[int]:
    """Those whose account is stopped, or that are stopped by themselves, as a lost one is."""
    accounts = live_stops([line.account_id for line in lines])
    alone = live_line_stops([line.line_id for line in lines])
    return {line.line_id for line in lines if line.account_id in accounts or line.line_id in alone}


def plan_data_used(group_id: int, now: datetime) -> int:
    """Octets of its plan's data that a group used this month, as the meter counts at this moment.

    WanhaoError when that is not known: the meter is behind, or still in another month.
    """
    use = usage_reader().use_of(group_id)
    fresh = timedelta(minutes=gift_terms(now).fresh_minutes)
    if use is None or use.cycle != Cycle.of(now).number or now - use.as_of > fresh:
        raise WanhaoError("The meter is not up to date.", "Ask again in some minutes.")
    return use.plan_data_used


def _trigger(
    gift: DataGiftView, lines: dict[int, LineView], giver_number: int, now: datetime
) -> Trigger:
    receiver = next(line for line in lines.values() if line.line_id == gift.receiver_line)
    return Trigger(
        metric=Metric.DATA_GIFT,
        threshold=None,
        account_id=receiver.account_id,
        group_id=None,
        number=None,
        line_id=receiver.line_id,
        cycle=gift.cycle,
        episode=gift.gift_id,
        said={"mb": gift.mb, "giver": Msisdn(giver_number).masked},
        occurred_at=int(now.timestamp()),
        expires_at=int(Cycle(gift.cycle).end.timestamp()),
    )
