"""What something would come to: it is done and taken back at once, so that nothing is proposed that
a yes could not do."""

from collections.abc import Callable
from typing import TypeVar

from django.db import transaction

T = TypeVar("T")


def rehearse(action: Callable[[], T]) -> T:
    """The action's result, with nothing left of what it did; raises what it raises."""
    with transaction.atomic():
        result = action()
        transaction.set_rollback(True)
    return result
