"""How a line likes to be served: its language, and large type."""

from collections.abc import Collection
from datetime import datetime

from wanhao.parties.contracts import Language
from wanhao.parties.models import Line, LinePreference


def set_language(line_id: int, language: Language) -> bool:
    """Write to a line in this language from now on; returns whether that is another one."""
    rows = Line.objects.filter(id=line_id, until=None).exclude(language=language.value)
    return bool(rows.update(language=language.value))


def set_large_type(line_id: int, on: bool, now: datetime) -> None:
    """Show a line's pages in large type, or no longer."""
    LinePreference.objects.update_or_create(
        line_id=line_id, defaults={"large_type": on, "changed_at": now}
    )


def in_large_type(line_ids: Collection[int]) -> set[int]:
    """The lines that like large type."""
    rows = LinePreference.objects.filter(line_id__in=set(line_ids), large_type=True)
    return set(rows.values_list("line_id", flat=True))


def carry_preferences(from_line: int, to_line: int, now: datetime) -> None:
    """A number that gets another line keeps how it likes to be served."""
    if in_large_type([from_line]):
        set_large_type(to_line, True, now)
