"""One-time links: for one line and one thing, half an hour, opened once; only a hash is kept."""

import hashlib
import secrets
from datetime import datetime, timedelta

from wanhao.access.contracts import LinkView
from wanhao.access.models import OneTimeLink

LASTS = timedelta(minutes=30)
KEPT = timedelta(days=1)
MOST_FORGOTTEN = 500


def make_link(line_id: int, purpose: str, now: datetime, *, token_id: int | None = None) -> str:
    """The secret part of a link, told this once; `purpose` says what it opens."""
    _forget(now)
    secret = secrets.token_urlsafe(24)
    OneTimeLink.objects.create(
        digest=_digest(secret),
        line_id=line_id,
        purpose=purpose,
        token_id=token_id,
        made_at=now,
        ends_at=now + LASTS,
    )
    return secret


def look_at_link(secret: str, now: datetime) -> LinkView | None:
    """What a link would open; a look does not use it up. None: there is none, it was opened, or it
    is too old."""
    row = OneTimeLink.objects.filter(
        digest=_digest(secret), opened_at=None, ends_at__gt=now, made_at__lte=now
    ).first()
    return None if row is None else _view(row)


def open_link(secret: str, now: datetime) -> LinkView | None:
    """Use a link up; of two at the same moment one gets it."""
    found = look_at_link(secret, now)
    if found is None:
        return None
    opened = OneTimeLink.objects.filter(id=found.link_id, opened_at=None).update(opened_at=now)
    return found if opened else None


def _forget(now: datetime) -> None:
    old = OneTimeLink.objects.filter(made_at__lte=now - KEPT).order_by("made_at")
    OneTimeLink.objects.filter(
        id__in=list(old.values_list("id", flat=True)[:MOST_FORGOTTEN])
    ).delete()


def _view(row: OneTimeLink) -> LinkView:
    return LinkView(link_id=row.pk, line_id=row.line_id, purpose=row.purpose, token_id=row.token_id)


def _digest(secret: str) -> str:
    """The secret is 192 random bits, so that nothing is won by a slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()
