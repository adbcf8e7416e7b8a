"""Reads of access."""

from wanhao.access.contracts import ReadView
from wanhao.access.models import PersonalDataRead


def reads_of(subject: str, limit: int = 50) -> list[ReadView]:
    """Who read a subject's data, latest first."""
    rows = PersonalDataRead.objects.filter(subject=subject).order_by("-id")
    return [
        ReadView(login_name=name or "", subject=subject, purpose=purpose, read_at=at)
        for name, purpose, at in rows.values_list("login__name", "purpose", "read_at")[:limit]
    ]
