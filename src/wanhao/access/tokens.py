"""Tokens by which a program speaks for one line: issued once, used so often, revoked."""

import hashlib
import secrets
from collections.abc import Collection
from datetime import UTC, datetime

from django.db import connection

from wanhao.access.contracts import NewToken, Scope, TokenView
from wanhao.access.models import LineToken
from wanhao.values.errors import WanhaoError

PREFIX = "wanhao_"
LONGEST_DAYS = 366
LONGEST_NAME, LONGEST_REASON = 64, 200
# One statement counts and refuses, so that two at the same moment cannot both be the last.
USE = """
UPDATE wanhao_access_linetoken
SET used_at = %(now)s, uses = CASE WHEN hour = %(hour)s THEN uses + 1 ELSE 1 END, hour = %(hour)s
WHERE id = %(token)s AND (hour IS DISTINCT FROM %(hour)s OR uses < %(most)s)
"""


def issue_token(asked: NewToken, now: datetime) -> tuple[str, TokenView]:
    """Issue a token; its secret is told this once and never again."""
    _refuse_odd(asked, now)
    secret = PREFIX + secrets.token_urlsafe(32)
    row = LineToken.objects.create(
        digest=_digest(secret),
        line_id=asked.line_id,
        may_read=Scope.READ in asked.scopes,
        may_change=Scope.CHANGE in asked.scopes,
        issued_at=now,
        ends_at=asked.ends_at,
        issued_by=asked.issued_by[:LONGEST_NAME],
        reason=asked.reason,
    )
    return secret, _view(row)


def token_of(secret: str, now: datetime) -> TokenView | None:
    """The token of a secret, if it may be used now."""
    row = LineToken.objects.filter(
        digest=_digest(secret), revoked_at=None, issued_at__lte=now, ends_at__gt=now
    ).first()
    return None if row is None else _view(row)


def use_token(token_id: int, most_an_hour: int, now: datetime) -> bool:
    """Count one use; False, and nothing counted, where the hour's are used up."""
    hour = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    with connection.cursor() as cursor:
        cursor.execute(USE, {"now": now, "hour": hour, "token": token_id, "most": most_an_hour})
        return bool(cursor.rowcount)


def revoke_token(token_id: int, by: str, now: datetime) -> TokenView:
    """Revoke a token; one that was revoked stays as it was. WanhaoError where there is none."""
    live = LineToken.objects.filter(id=token_id, revoked_at=None)
    live.update(revoked_at=now, revoked_by=by[:LONGEST_NAME])
    row = LineToken.objects.filter(id=token_id).first()
    if row is None:
        raise WanhaoError(f"There is no token {token_id}.", "See: wanhao assistant tokens")
    return _view(row)


def tokens(line_ids: Collection[int] | None = None, limit: int = 100) -> list[TokenView]:
    """The latest tokens, of some lines or of all."""
    rows = LineToken.objects.order_by("-id")
    if line_ids is not None:
        rows = rows.filter(line_id__in=line_ids)
    return [_view(row) for row in rows[:limit]]


def _digest(secret: str) -> str:
    """The secret is 256 random bits, so that nothing is won by a slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _refuse_odd(asked: NewToken, now: datetime) -> None:
    if not asked.scopes:
        raise WanhaoError("The token would be for nothing.", "Give a scope: read, change.")
    if not 0 < (asked.ends_at - now).total_seconds() <= LONGEST_DAYS * 86_400:
        raise WanhaoError("The token would end at no good time.", f"Give 1 to {LONGEST_DAYS} days.")
    if not 0 < len(asked.reason.strip()) <= LONGEST_REASON:
        raise WanhaoError(
            "Nobody would know why the token was issued.",
            f"Give a reason of at most {LONGEST_REASON} characters.",
        )


def _view(row: LineToken) -> TokenView:
    scopes = ((Scope.READ, row.may_read), (Scope.CHANGE, row.may_change))
    return TokenView(
        token_id=row.pk,
        line_id=row.line_id,
        scopes=frozenset(scope for scope, allowed in scopes if allowed),
        issued_at=row.issued_at,
        ends_at=row.ends_at,
        issued_by=row.issued_by,
        reason=row.reason,
        used_at=row.used_at,
        revoked_at=row.revoked_at,
    )
