"""What doors may know of the menu."""

from datetime import datetime

from wanhao.menu.doors import offered
from wanhao.menu.matrix import Matrix, matrix
from wanhao.menu.models import Confirmation
from wanhao.menu.plan import plan
from wanhao.menu.registry import item_of, items, items_at
from wanhao.menu.states import ConfirmationState

__all__ = ["is_waiting", "item_of", "items", "items_at", "menu_matrix"]


def is_waiting(line_id: int, door: str, now: datetime) -> bool:
    """Whether something waits for a line's yes at a door."""
    return Confirmation.objects.filter(
        line_id=line_id, door=door, state=ConfirmationState.WAITING.value, expires_at__gt=now
    ).exists()


def menu_matrix() -> Matrix:
    """How every item of the plan stands at every door, as the doors say now."""
    return matrix(plan(), items(), offered())
