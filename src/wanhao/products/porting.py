"""Codes with which another operator may take a number over: good for an hour, the last one only."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac

from wanhao.products.models import PortingCode

SALT = "wanhao.products.porting"
GOOD_FOR = timedelta(hours=1)
DIGITS = 8


@transaction.atomic
def issue_porting_code(line_id: int, now: datetime) -> tuple[str, datetime]:
    """A code and its end; it is told this once, and an earlier one is good no more."""
    PortingCode.objects.filter(line_id=line_id, expires_at__gt=now).update(expires_at=now)
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
    row = PortingCode.objects.create(
        line_id=line_id, digest=_digest(line_id, code), issued_at=now, expires_at=now + GOOD_FOR
    )
    return code, row.expires_at


def is_porting_code(line_id: int, code: str, now: datetime) -> bool:
    """Whether the code lets the line's number go now."""
    row = PortingCode.objects.filter(line_id=line_id, expires_at__gt=now).order_by("-id").first()
    return row is not None and constant_time_compare(row.digest, _digest(line_id, code))


def _digest(line_id: int, code: str) -> str:
    return salted_hmac(SALT, f"{line_id} {code}", algorithm="sha256").hexdigest()
