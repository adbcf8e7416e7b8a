"""Writes of access: who read whose data, and why."""

from datetime import datetime

from wanhao.access.models import PersonalDataRead

LONGEST_REASON = 200


def record_read(
    login: object, subject: str, purpose: str, now: datetime, *, reason: str = ""
) -> None:
    """Record that somebody read personal data; `login` is `request.user`, or None at a shell.

    `subject` says whose, as "account A1"; `purpose` what for, as "statement"; `reason` why, in the
    reader's words, where one was asked for. In the demo, where
    nobody signs in, the reader is unknown.
    """
    known = getattr(login, "is_authenticated", False)
    PersonalDataRead.objects.create(
        login_id=getattr(login, "pk", None) if known else None,
        subject=subject,
        purpose=purpose,
        reason=reason[:LONGEST_REASON],
        read_at=now,
    )
