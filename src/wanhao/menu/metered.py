"""What the meter has counted for those who ask, read once for all of them."""

from collections.abc import Sequence
from typing import Any

from wanhao.menu.contracts import Asking
from wanhao.usage.ports import OutOfReachError, usage_reader
from wanhao.usage.use_contracts import UseSoFar
from wanhao.values.cycle import Cycle


def uses_of(asked: Sequence[Asking[Any]]) -> dict[int, UseSoFar] | None:
    """Where the group of each line stands in the running month; a group that the meter does not
    know, or of which it still counts another month, is left out. None: no meter can be read."""
    try:
        found = usage_reader().uses_of(sorted({asking.line.group_id for asking in asked}))
    except OutOfReachError:
        return None
    cycles = {asking.line.group_id: Cycle.of(asking.now).number for asking in asked}
    return {group: use for group, use in found.items() if use.cycle == cycles[group]}
