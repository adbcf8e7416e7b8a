"""Move a card: it joins a family as a secondary card, or leaves one for a plan of its own."""

from datetime import datetime

from django.db import transaction

from wanhao.access.service_passwords import carry_service_password
from wanhao.billing.line_stops import live_line_stops
from wanhao.billing.ports import refuse_elsewhere
from wanhao.communications.actions import carry_over
from wanhao.parties import actions as parties
from wanhao.parties.binding import carry_bindings
from wanhao.parties.contracts import LineRole, LineView
from wanhao.parties.preferences import carry_preferences
from wanhao.parties.queries import lines_of_groups
from wanhao.products import actions as products
from wanhao.values.errors import WanhaoError
from wanhao.workflows.change_cards import (
    SECONDARY_CARD,
    changing_cards,
    clear_after,
    full_second,
    link,
)
from wanhao.workflows.tell_network import tell_network


@transaction.atomic
def move_card(
    number: int, to_group_id: int | None, plan_code: str | None, now: datetime
) -> LineView:
    """A card goes into a group, or (None) into a new one of the same account with a plan, from now.

    What its old group held for it ends at once. WanhaoError as `parties.actions.move_line` and
    `products.actions.order` say, and where billing is foreign.
    """
    refuse_elsewhere("Cards are moved")
    if (to_group_id is None) is (plan_code is None):
        raise WanhaoError(
            "A card that is moved has either a group to join or a plan of its own.",
            "Give the group, or the code of the plan.",
        )
    at = full_second(now)
    old = _in_use(number)
    joins = [old.group_id, *([] if to_group_id is None else [to_group_id])]
    with changing_cards(joins, now) as told:
        new = _moved(old, to_group_id, at)
        clear_after(old, at)
        products.order(new.group_id, plan_code or SECONDARY_CARD, at)
        products.carry_roaming(old.line_id, new.line_id, now)
        tell_network([old.line_id, new.line_id], now)
        told.append(link(new, at))
    _carry(old, new, now)
    return new


def _in_use(number: int) -> LineView:
    line = parties.lock_line(number)
    if live_line_stops([line.line_id]):
        raise WanhaoError(
            f"{number} is reported lost, or kept for later, and is not moved.",
            "Let it be in use again first.",
        )
    return line


def _carry(old: LineView, new: LineView, now: datetime) -> None:
    """What belongs to whoever uses the number goes along with it."""
    carry_over(old.line_id, new.line_id, now)
    carry_preferences(old.line_id, new.line_id, now)
    carry_service_password(old.line_id, new.line_id)
    carry_bindings(old.line_id, new.line_id, now)


def _moved(old: LineView, to_group_id: int | None, at: datetime) -> LineView:
    if to_group_id is not None:
        return parties.move_line(old.number, to_group_id, LineRole.SECONDARY, at)
    if len(lines_of_groups([old.group_id])) == 1:
        raise WanhaoError(
            f"{old.number} is in no family.", "Change its plan instead, or let it join a group."
        )
    return parties.move_line(old.number, parties.open_group(old.account_id), LineRole.MAIN, at)
