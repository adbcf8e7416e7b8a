"""What doors may know of the menu."""

from collections import Counter
from datetime import datetime

from wanhao.menu.doors import offered
from wanhao.menu.matrix import Matrix, matrix
from wanhao.menu.models import Confirmation
from wanhao.menu.plan import plan
from wanhao.menu.registry import item_of, items, items_at
from wanhao.menu.states import ConfirmationState

__all__ = ["done_lately", "is_waiting", "item_of", "items", "items_at", "menu_matrix"]

MOST_LOOKED_AT = 50


def is_waiting(line_id: int, door: str, now: datetime) -> bool:
    """Whether something waits for a line's yes at a door."""
    return Confirmation.objects.filter(
        line_id=line_id, door=door, state=ConfirmationState.WAITING.value, expires_at__gt=now
    ).exists()


def menu_matrix() -> Matrix:
    """How every item of the plan stands at every door, as the doors say now."""
    return matrix(plan(), items(), offered())


def done_lately(line_id: int, since: datetime, limit: int = 3) -> tuple[str, ...]:
    """What a line confirmed at any door since an instant: the codes of the items, the most frequent
    first."""
    rows = Confirmation.objects.filter(
        line_id=line_id, state=ConfirmationState.DONE.value, asked_at__gte=since
    )
    often = Counter(rows.order_by("-id").values_list("item", flat=True)[:MOST_LOOKED_AT])
    return tuple(code for code, _ in often.most_common(limit))
