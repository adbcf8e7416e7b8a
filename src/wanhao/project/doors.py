"""Which doors there are: each says what it offers, so that the menu's matrix can be told."""

from wanhao.channels.sms.hall.codes import book_of
from wanhao.menu.contracts import Door
from wanhao.menu.doors import register_door
from wanhao.menu.queries import items_at
from wanhao.project import clock
from wanhao.project.env import environment
from wanhao.values.cycle import SHANGHAI


def wire_doors() -> None:
    """Register the doors of this installation."""
    register_door(Door.SMS, _by_sms)
    register_door(Door.WEB, lambda: _allowed_at(Door.WEB))
    register_door(Door.APP, lambda: _allowed_at(Door.APP))
    register_door(Door.ASSISTANT, lambda: _allowed_at(Door.ASSISTANT))
    register_door(Door.TERMINAL, lambda: _allowed_at(Door.TERMINAL))
    register_door(Door.COUNTER, lambda: _allowed_at(Door.COUNTER))
    register_door(Door.COMMAND, lambda: _allowed_at(Door.COMMAND))


def _allowed_at(door: Door) -> frozenset[str]:
    """What a door offers that offers every item it is allowed to."""
    return frozenset(item.code for item in items_at(door))


def _by_sms() -> frozenset[str]:
    """What a code leads to."""
    book = book_of(environment().sms_codes, clock.now().astimezone(SHANGHAI).date())
    return frozenset(name for entry in book.entries for name in (entry.item, *entry.also))
