"""How sure a door must be of who is asking; pure.

A message comes from the handset itself. Where the menu wants more than that, a yes that repeats a
code sent to the handset is enough for what can be taken back.
"""

from typing import Any

from wanhao.menu.contracts import Door, IdentityLevel, MenuItem

BY_CODE = frozenset({Door.SMS})
"""Doors at which a yes with its code stands for level 2."""

BY_DOCUMENT = frozenset({Door.SMS})
"""Doors at which name and document number stand for level 3."""


def needed(item: MenuItem[Any], door: Door) -> IdentityLevel:
    """What an asker must have reached before the item is asked."""
    return IdentityLevel.KNOWN if needs_code(item, door) else item.level


def needs_code(item: MenuItem[Any], door: Door) -> bool:
    """Whether the yes must repeat the code."""
    return (
        door in BY_CODE
        and item.level is IdentityLevel.VERIFIED
        and item.confirmed
        and item.undoable
    )
