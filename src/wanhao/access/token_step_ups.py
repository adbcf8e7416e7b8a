"""What a customer proved at the online hall counts for their token, too, for half an hour."""

from datetime import datetime, timedelta

from wanhao.access.models import LineToken, TokenStepUp

LASTS = timedelta(minutes=30)


def step_up_token(
    token_id: int, line_id: int, identity_level: int, now: datetime, *, by: str
) -> datetime | None:
    """Let a token of this line ask at a level (2 or 3) from now on; until when. None, and nothing
    is changed, where it is no token of the line that may be used now."""
    live = LineToken.objects.filter(
        id=token_id, line_id=line_id, revoked_at=None, issued_at__lte=now, ends_at__gt=now
    )
    token = live.first()
    if token is None:
        return None
    ends_at = min(now + LASTS, token.ends_at)
    TokenStepUp.objects.create(
        token=token, identity_level=identity_level, since=now, ends_at=ends_at, allowed_by=by[:64]
    )
    return ends_at


def token_level(token_id: int, now: datetime) -> int | None:
    """The highest level a token was let ask at and still may; None: nobody let it, or it was
    revoked."""
    rows = TokenStepUp.objects.filter(
        token_id=token_id, token__revoked_at=None, since__lte=now, ends_at__gt=now
    )
    return rows.order_by("-identity_level").values_list("identity_level", flat=True).first()
