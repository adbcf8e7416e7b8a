"""What the demo shows at the door: who can be tried, and the code of this moment."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPerson:
    """Somebody of the demo with everything it takes to sign in."""

    role_zh: str
    role_en: str
    name: str
    password: str
    code: str


_shown: list[Callable[[], Sequence[DemoPerson]]] = []


def show_demo_staff(reader: Callable[[], Sequence[DemoPerson]]) -> None:
    """Let the door of the demo show people; called when the web process of a demo starts."""
    _shown[:] = [reader]


def demo_staff() -> Sequence[DemoPerson]:
    """Whom the door shows; nobody outside the demo."""
    return _shown[0]() if _shown else ()
