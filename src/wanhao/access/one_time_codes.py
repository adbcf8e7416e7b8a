"""One-time codes: six digits for a number, five minutes, three tries, one a minute."""

import hmac
import secrets
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils.crypto import salted_hmac

from wanhao.access.contracts import CodeCheck, CodePurpose, IssuedCode, TooManyCodesError
from wanhao.access.models import OneTimeCode
from wanhao.values.typed import as_meant

LASTS = timedelta(minutes=5)
AGAIN_AFTER = timedelta(seconds=60)
MOST_TRIES = 3
MOST_AN_HOUR = 5
MOST_A_DAY = 10
MOST_ONE_ASKS = 10
"""Codes to other people's numbers that one asker has sent in an hour."""
KEPT = timedelta(days=1)
MOST_FORGOTTEN = 500
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('one-time code ' || %s::text, 0))"


@transaction.atomic
def issue_code(
    number: int, purpose: CodePurpose, now: datetime, *, asked_by: str = ""
) -> IssuedCode:
    """A code for a number; the caller sends it, if somebody has the number.

    `asked_by` is who alone may use it, as "login 7", where no session keeps its id.
    TooManyCodesError, with how long to wait, when one was sent a moment ago or too many were.
    """
    with connection.cursor() as cursor:
        for whose in filter(None, (asked_by, str(number))):
            cursor.execute(LOCK, [whose])
    _refuse_too_many(number, asked_by, now)
    _forget(now)
    code = f"{secrets.randbelow(1_000_000):06d}"
    row = OneTimeCode.objects.create(
        number=number,
        purpose=purpose.value,
        digest="",
        asked_by=asked_by,
        sent_at=now,
        ends_at=now + LASTS,
    )
    row.digest = _digest(row.pk, code)
    row.save(update_fields=["digest"])
    return IssuedCode(
        code_id=row.pk, code=code, ends_at=row.ends_at, again_after=AGAIN_AFTER.seconds
    )


def asked_code(number: int, purpose: CodePurpose, asked_by: str, now: datetime) -> int | None:
    """The last code an asker had sent to a number, while it can be used; None: there is none."""
    rows = OneTimeCode.objects.filter(
        number=number, purpose=purpose.value, asked_by=asked_by, used_at=None, ends_at__gt=now
    )
    return rows.order_by("-id").values_list("id", flat=True).first() if asked_by else None


@transaction.atomic
def check_code(
    code_id: int, number: int, purpose: CodePurpose, code: str, now: datetime
) -> CodeCheck:
    """Whether it is the code that was issued for this number and purpose. A wrong one is counted:
    commit it. A right one is used up; after three wrong ones, or five minutes, none is right."""
    row = (
        OneTimeCode.objects.select_for_update()
        .filter(id=code_id, number=number, purpose=purpose.value, used_at=None)
        .first()
    )
    if row is None or now >= row.ends_at or row.wrong >= MOST_TRIES:
        return CodeCheck(right=False)
    if hmac.compare_digest(row.digest, _digest(row.pk, as_meant(code))):
        row.used_at = now
        row.save(update_fields=["used_at"])
        return CodeCheck(right=True)
    row.wrong += 1
    row.save(update_fields=["wrong"])
    return CodeCheck(right=False, left=MOST_TRIES - row.wrong)


def _refuse_too_many(number: int, asked_by: str, now: datetime) -> None:
    recent = OneTimeCode.objects.filter(number=number, sent_at__gt=now - KEPT)
    sent = list(recent.order_by("-sent_at").values_list("sent_at", flat=True)[:MOST_A_DAY])
    free = [now]
    for most, within in ((1, AGAIN_AFTER), (MOST_AN_HOUR, timedelta(hours=1)), (MOST_A_DAY, KEPT)):
        if len(sent) >= most:
            free.append(sent[most - 1] + within)
    if asked_by:
        hour = OneTimeCode.objects.filter(asked_by=asked_by, sent_at__gt=now - timedelta(hours=1))
        asked = list(hour.order_by("-sent_at").values_list("sent_at", flat=True)[:MOST_ONE_ASKS])
        if len(asked) == MOST_ONE_ASKS:
            free.append(asked[-1] + timedelta(hours=1))
    if max(free) > now:
        raise TooManyCodesError(max(free) - now)


def _forget(now: datetime) -> None:
    old = OneTimeCode.objects.filter(sent_at__lte=now - KEPT).order_by("sent_at")
    OneTimeCode.objects.filter(
        id__in=list(old.values_list("id", flat=True)[:MOST_FORGOTTEN])
    ).delete()


def _digest(code_id: int, code: str) -> str:
    """Keyed, since a million guesses at a plain hash take a moment."""
    return salted_hmac(f"wanhao one-time code {code_id}", code, algorithm="sha256").hexdigest()
