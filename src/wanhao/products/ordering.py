"""What a customer orders, changes and cancels, and what stands in the way."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime

from django.db import connection, transaction

from wanhao.products.contracts import (
    Effect,
    HeldProduct,
    Kind,
    Lasts,
    Offering,
)
from wanhao.products.models import Product
from wanhao.products.order_contracts import PossibleChange, PossibleOrder
from wanhao.products.queries import products_of, sold_as
from wanhao.products.rules import end_of, excludes, fee_in, slot_of
from wanhao.values.cycle import SHANGHAI, Cycle
from wanhao.values.errors import WanhaoError
from wanhao.values.money import Money

LOCK = """
SELECT pg_advisory_xact_lock(hashtextextended('products of ' || id, 0))
FROM unnest(%s::bigint[]) AS id
"""


def day_of(now: datetime) -> date:
    """The day on the calendar of the customers."""
    return now.astimezone(SHANGHAI).date()


def lock_groups(group_ids: Collection[int]) -> None:
    """Let nobody else change what these groups hold before the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [sorted(set(group_ids))])


@transaction.atomic
def order(group_id: int, code: str, now: datetime) -> HeldProduct:
    """A group orders something besides its plan, or its first plan; it begins at once.

    What was cancelled and has not ended yet simply goes on. WanhaoError when it is not on sale, is
    held already, needs a plan, or does not go together with what the group holds.
    """
    lock_groups([group_id])
    return order_locked(group_id, code, now)


def order_locked(group_id: int, code: str, now: datetime) -> HeldProduct:
    """As `order`, for whoever holds the group's lock, and undoes what it did if this is refused."""
    offering_id, offering = sold_as(code, day_of(now))
    cancelled = _orderable(offering, products_of(group_id, now), now)
    return _keep(cancelled) if cancelled else _add(group_id, offering_id, offering, now)


def could_order(group_id: int, code: str, now: datetime) -> PossibleOrder:
    """What `order` would do; it changes nothing, and refuses the same."""
    _, offering = sold_as(code, day_of(now))
    cancelled = _orderable(offering, products_of(group_id, now), now)
    fee, _, _ = fee_in(offering, now, None, Cycle.of(now))
    return PossibleOrder(
        offering=offering, first_fee_fen=0 if cancelled else fee, goes_on=cancelled is not None
    )


@transaction.atomic
def change_plan(group_id: int, code: str, now: datetime) -> HeldProduct:
    """A group's plan becomes another one when the next month begins; or at once where it may.

    A change that was asked for before and has not come is replaced; asking for the plan in force
    takes such a change back. WanhaoError as `order` says, and when there is nothing to change.
    """
    lock_groups([group_id])
    offering_id, offering = sold_as(code, day_of(now))
    plan, begins = _changeable(offering, group_id, now)
    _withdraw_changes(group_id, now)
    if plan.offering.code == code:
        return _keep(plan)
    Product.objects.filter(id=plan.product_id).update(until=begins)
    return _add(group_id, offering_id, offering, begins)


def could_change_plan(group_id: int, code: str, now: datetime) -> PossibleChange:
    """What `change_plan` would do; it changes nothing, and refuses the same."""
    _, wanted = sold_as(code, day_of(now))
    plan, begins = _changeable(wanted, group_id, now)
    return PossibleChange(
        held=plan.offering, wanted=wanted, begins=begins, stays=plan.offering.code == code
    )


@transaction.atomic
def cancel(group_id: int, code: str, now: datetime) -> HeldProduct:
    """A group does without a product: until the month ends, or at once where its rule says so.

    What ends by itself or was cancelled before is returned as it is. WanhaoError when the group
    does not hold it, or it is the plan.
    """
    lock_groups([group_id])
    product = could_cancel(group_id, code, now)
    Product.objects.filter(id=product.product_id, until=None).update(until=product.until)
    return product


def could_cancel(group_id: int, code: str, now: datetime) -> HeldProduct:
    """What `cancel` would leave, with its end; it changes nothing, and refuses the same."""
    held = [one for one in products_of(group_id, now) if one.offering.code == code]
    if not held:
        raise WanhaoError(f"Group {group_id} does not hold '{code}'.", "See what it holds first.")
    product = held[-1]
    if product.offering.is_plan:
        raise WanhaoError(
            f"'{code}' is the plan of group {group_id}.",
            "Change it for another plan; without a plan the line itself has to end.",
        )
    if product.until is None:
        at_once = product.offering.cancel is Effect.AT_ONCE
        product = replace(product, until=now if at_once else Cycle.of(now).end)
    return product


def _orderable(
    offering: Offering, held: Sequence[HeldProduct], now: datetime
) -> HeldProduct | None:
    """What was cancelled and would go on, None for a new product; WanhaoError as `order` says."""
    _refuse_unsold(offering, day_of(now))
    _refuse_second_plan(offering, held)
    _refuse_alone(offering, held)
    _refuse_together(offering, held)
    cancelled = _cancelled(offering, held)
    if cancelled is None:
        _refuse_too_many(offering, held)
    return cancelled


def _changeable(offering: Offering, group_id: int, now: datetime) -> tuple[HeldProduct, datetime]:
    """The plan that would end, and when the other begins; WanhaoError as `change_plan` says."""
    held = products_of(group_id, now)
    plan = next((one for one in held if one.offering.is_plan and one.since <= now), None)
    if plan is None:
        raise WanhaoError(f"Group {group_id} has no plan.", "Order the plan instead.")
    if not offering.is_plan:
        raise WanhaoError(
            f"'{offering.code}' is not a plan.", "Order it instead: it goes with the plan."
        )
    if plan.offering.code == offering.code:
        if plan.until is None:
            raise WanhaoError(
                f"The plan is '{offering.code}' already.", "There is nothing to change."
            )
        return plan, now
    _refuse_unsold(offering, day_of(now))
    begins = now if offering.change is Effect.AT_ONCE else Cycle.of(now).end
    _refuse_together(offering, (one for one in held if _lasts_beyond(one, begins)))
    return plan, begins


def refuse_cheaper(offering: Offering) -> None:
    """WanhaoError when a plan of modules costs less than it must."""
    if offering.fee_fen < offering.minimum_fen:
        raise WanhaoError(
            f"'{offering.code}' comes to {Money(offering.fee_fen)} a month, "
            f"less than {Money(offering.minimum_fen)}.",
            "Choose more modules.",
        )


def _refuse_unsold(offering: Offering, day: date) -> None:
    refuse_cheaper(offering)
    if offering.kind is Kind.MODULE:
        raise WanhaoError(
            f"'{offering.code}' is a part of a plan.", "Compose a plan of it, and order the plan."
        )
    if not offering.on_sale(day):
        early = day < offering.sold_from
        told = f"from {offering.sold_from}" if early else f"until {offering.sold_until}"
        raise WanhaoError(
            f"'{offering.code}' is on sale {told} only.", "Choose one of: wanhao catalogue list"
        )


def _refuse_second_plan(offering: Offering, held: Sequence[HeldProduct]) -> None:
    plan = next((one.offering for one in held if one.offering.is_plan), None)
    if offering.is_plan and plan is not None:
        raise WanhaoError(f"The plan is '{plan.code}' already.", "Change the plan instead.")


def _refuse_alone(offering: Offering, held: Sequence[HeldProduct]) -> None:
    if offering.requires_plan and not any(one.offering.is_plan for one in held):
        raise WanhaoError(f"'{offering.code}' goes with a plan.", "Order a plan first.")


def _refuse_too_many(offering: Offering, held: Sequence[HeldProduct]) -> None:
    slot = slot_of(offering)
    in_place = [one for one in held if slot and slot_of(one.offering) == slot]
    same = [one for one in held if one.offering.code == offering.code]
    if in_place or (offering.limit and len(same) >= offering.limit):
        raise WanhaoError(
            f"'{(in_place or same)[0].offering.code}' is held already; of '{offering.code}' and "
            f"its like a group holds {offering.limit} at a time.",
            "Cancel that one first; it ends with the month.",
        )


def _refuse_together(offering: Offering, held: Iterable[HeldProduct]) -> None:
    for one in held:
        same_place = offering.is_plan and one.offering.is_plan
        if not same_place and excludes(offering, one.offering):
            raise WanhaoError(
                f"'{offering.code}' does not go together with '{one.offering.code}'.",
                f"Cancel '{one.offering.code}' first; it ends with the month.",
            )


def _lasts_beyond(product: HeldProduct, instant: datetime) -> bool:
    return product.until is None or product.until > instant


def _cancelled(offering: Offering, held: Sequence[HeldProduct]) -> HeldProduct | None:
    """The product of the same offering that would go on, had it not been cancelled."""
    same = (one for one in held if one.offering == offering and slot_of(offering))
    return next(
        (one for one in same if one.until and offering.lasts is Lasts.UNTIL_CANCELLED), None
    )


def _keep(product: HeldProduct) -> HeldProduct:
    """The product goes on after all."""
    Product.objects.filter(id=product.product_id).update(until=None)
    return replace(product, until=None)


def _withdraw_changes(group_id: int, now: datetime) -> None:
    """Plans that were to begin later never do: an empty time keeps the trace."""
    for row in Product.objects.filter(group_id=group_id, slot="plan", since__gt=now):
        Product.objects.filter(id=row.pk).update(until=row.since)


def _add(group_id: int, offering_id: int, offering: Offering, since: datetime) -> HeldProduct:
    until = end_of(offering, since)
    within = until is not None and until != Cycle.of(until).start
    added = Product.objects.create(
        group_id=group_id,
        offering_id=offering_id,
        slot=slot_of(offering),
        since=since,
        until=until,
        charged_from=Cycle.of(since).number,
        ends_at=until if within else None,
    )
    return HeldProduct(
        product_id=added.pk, group_id=group_id, offering=offering, since=since, until=until
    )
