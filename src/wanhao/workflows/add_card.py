"""Add a card: a new number joins a family as a secondary card and shares what its plan includes."""

from datetime import datetime

from django.db import transaction

from wanhao.billing.ports import refuse_elsewhere
from wanhao.parties import actions as parties
from wanhao.parties.contracts import Language, LineRole, LineView, NewLine
from wanhao.products import actions as products
from wanhao.workflows.change_cards import SECONDARY_CARD, changing_cards, full_second, link
from wanhao.workflows.tell_network import tell_network


@transaction.atomic
def add_card(
    group_id: int, number: int, now: datetime, language: Language = Language.ZH
) -> LineView:
    """A number that nobody uses becomes a secondary card of a group, with its fee, from now on.

    WanhaoError as `parties.actions.add_line` and `products.actions.order` say, and where billing is
    foreign.
    """
    refuse_elsewhere("Cards are added")
    at = full_second(now)
    parties.lock_number(number)
    with changing_cards([group_id], now) as told:
        line = parties.add_line(
            group_id,
            NewLine(
                number=number,
                since=int(at.timestamp()),
                role=LineRole.SECONDARY,
                language=language,
            ),
        )
        products.order(group_id, SECONDARY_CARD, at)
        tell_network([line.line_id], now)
        told.append(link(line, at))
    return line
