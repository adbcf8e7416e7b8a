"""Reads of access."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta

from django.db.models import QuerySet

from wanhao.access.contracts import ReadView
from wanhao.access.models import Login, PersonalDataRead
from wanhao.values.cycle import SHANGHAI


def reads_of(subject: str, limit: int = 50) -> list[ReadView]:
    """Who read a subject's data, latest first."""
    return _views(PersonalDataRead.objects.filter(subject=subject), limit)


def reads_made(
    *,
    login_id: int | None = None,
    subject: str = "",
    day: date | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[ReadView]:
    """Who read whose data and why, latest first: of a login, a subject or a day of Asia/Shanghai,
    or of all; `before` is the last `read_id` of the page before."""
    rows = PersonalDataRead.objects.all()
    if login_id is not None:
        rows = rows.filter(login_id=login_id)
    if subject:
        rows = rows.filter(subject=subject)
    if day is not None:
        begin = datetime.combine(day, time.min, SHANGHAI)
        rows = rows.filter(read_at__gte=begin, read_at__lt=begin + timedelta(days=1))
    if before is not None:
        rows = rows.filter(id__lt=before)
    return _views(rows, limit)


def login_ids_named(names: Collection[str]) -> list[int]:
    """The logins with these names."""
    return list(Login.objects.filter(name__in=set(names)).values_list("id", flat=True))


def _views(rows: QuerySet[PersonalDataRead], limit: int) -> list[ReadView]:
    found = rows.order_by("-id").values_list(
        "login__name", "subject", "purpose", "read_at", "reason", "id", "login_id"
    )
    return [
        ReadView(
            login_name=name or "",
            subject=subject,
            purpose=purpose,
            read_at=at,
            reason=reason,
            read_id=read_id,
            login_id=login_id,
        )
        for name, subject, purpose, at, reason, read_id, login_id in found[:limit]
    ]
