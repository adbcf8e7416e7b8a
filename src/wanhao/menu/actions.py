"""What doors do with the menu: ask, and say yes."""

from datetime import datetime
from typing import Any

from django.db import transaction

from wanhao.menu.asking import answered, ask, ask_many, read_inputs, refused
from wanhao.menu.confirming import check_time, find, settle, withdraw, wrong_code
from wanhao.menu.contracts import Answer, Asker, Asking, MenuItem, RefusedError, Reply
from wanhao.menu.levels import needed
from wanhao.menu.models import Confirmation
from wanhao.menu.refusing import refusal_of
from wanhao.menu.registry import item_of
from wanhao.menu.states import ConfirmationState
from wanhao.values.errors import WanhaoError

__all__ = ["ask", "ask_many", "confirm", "decline"]


@transaction.atomic
def confirm(asker: Asker, now: datetime, *, nonce: str = "", code: str = "") -> Reply:
    """Say yes to what was proposed: to that of a nonce, else to the last at this door.

    It is done once: a second yes gets the first one's answer again.
    """
    try:
        row = find(asker, nonce)
        if row.answer is not None and now < row.expires_at:
            return answered(row.item, Answer(**row.answer))
        check_time(row, now)
    except RefusedError as refusal:
        return refused("", refusal, asker)
    wrong = wrong_code(row, code, now)
    if wrong is not None:
        return refused(row.item, wrong, asker)
    return _do(row, asker, now)


@transaction.atomic
def decline(asker: Asker, now: datetime) -> str | None:
    """Say no to what waits at this door: the item it was, or None where nothing waits."""
    return withdraw(asker, now)


def _do(row: Confirmation, asker: Asker, now: datetime) -> Reply:
    item = item_of(row.item)
    try:
        answer = _answer(item, row, asker, now)
    except WanhaoError as error:
        settle(row, ConfirmationState.REFUSED, now)
        return refused(item.code, refusal_of(error), asker)
    if answer.refused:
        settle(row, ConfirmationState.REFUSED, now)
    else:
        settle(row, ConfirmationState.DONE, now, answer)
    return answered(item.code, answer)


@transaction.atomic
def _answer(item: MenuItem[Any], row: Confirmation, asker: Asker, now: datetime) -> Answer:
    """Done in a part of its own, so that nothing is left of it when it is refused."""
    if asker.level < needed(item, asker.door):
        raise RefusedError("请先完成身份验证后再确认。", "Please verify who you are, then confirm.")
    inputs = read_inputs(item, row.given)
    return item.answer(Asking(inputs=inputs, asker=asker, now=now, reference=row.nonce))
