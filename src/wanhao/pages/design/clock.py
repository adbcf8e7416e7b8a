"""The time all pages go by: Django's, or in the demo one that was sent ahead."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone


@dataclass(slots=True)
class _Used:
    clock: Callable[[], datetime]


_USED = _Used(timezone.now)


def use(clock: Callable[[], datetime]) -> None:
    """Let the pages go by another clock; called once when the web process starts."""
    _USED.clock = clock


def now() -> datetime:
    """Now, aware and in UTC."""
    return _USED.clock()


def today() -> date:
    """The day it is on the wall."""
    return timezone.localdate(now())
