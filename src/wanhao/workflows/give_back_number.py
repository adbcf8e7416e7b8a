"""Give a number back: its line ends, and so does what was held for it alone."""

from datetime import datetime

from django.db import transaction

from wanhao.parties import actions as parties
from wanhao.parties.contracts import LineView
from wanhao.usage.contracts import LineFact
from wanhao.workflows.change_cards import changing_cards, clear_after, full_second
from wanhao.workflows.tell_network import tell_network

NOBODY = 0


@transaction.atomic
def give_back_number(number: int, now: datetime) -> LineView:
    """From now on nobody has the number; returns its line as it was.

    WanhaoError as `parties.actions.end_line` says.
    """
    at = full_second(now)
    group_id = parties.lock_line(number).group_id
    with changing_cards([group_id], now) as told:
        line = parties.end_line(number, at)
        clear_after(line, at)
        tell_network([line.line_id], now)
        told.append(LineFact(number=number, group_id=NOBODY, since=int(at.timestamp())))
    return line
