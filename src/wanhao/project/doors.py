"""Which doors there are: each says what it offers, so that the menu's matrix can be told."""

from wanhao.menu.contracts import Door
from wanhao.menu.doors import register_door
from wanhao.menu.queries import items_at


def wire_doors() -> None:
    """Register the doors of this installation."""
    register_door(Door.ASSISTANT, lambda: _allowed_at(Door.ASSISTANT))
    register_door(Door.COMMAND, lambda: _allowed_at(Door.COMMAND))


def _allowed_at(door: Door) -> frozenset[str]:
    """What a door offers that offers every item it is allowed to."""
    return frozenset(item.code for item in items_at(door))
