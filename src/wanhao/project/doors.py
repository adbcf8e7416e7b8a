"""Which doors there are: each says what it offers, so that the menu's matrix can be told."""

from wanhao.menu.contracts import Door
from wanhao.menu.doors import register_door
from wanhao.menu.queries import items_at


def wire_doors() -> None:
    """Register the doors of this installation."""
    register_door(Door.COMMAND, lambda: frozenset(item.code for item in items_at(Door.COMMAND)))
