"""What doors may know of the menu."""

from collections import Counter
from datetime import datetime

from wanhao.menu.doors import offered
from wanhao.menu.matrix import Matrix, matrix
from wanhao.menu.models import Confirmation
from wanhao.menu.plan import plan
from wanhao.menu.registry import item_of, items, items_at
from wanhao.menu.states import ConfirmationState
from wanhao.prepared.questions import ask

__all__ = ["done_lately", "is_waiting", "item_of", "items", "items_at", "menu_matrix"]

MOST_LOOKED_AT = 50
DONE = """
SELECT item FROM wanhao_menu_confirmation
WHERE line_id = %s AND state = %s AND asked_at >= %s
ORDER BY id DESC LIMIT %s
"""


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
    rows = ask(DONE, line_id, ConfirmationState.DONE.value, since, MOST_LOOKED_AT)
    often = Counter(item for (item,) in rows)
    return tuple(code for code, _ in often.most_common(limit))
