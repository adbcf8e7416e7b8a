"""What waits for a yes: written down, found again, and settled once."""

import json
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from wanhao.menu.contracts import Answer, Asker, MenuItem, RefusedError
from wanhao.menu.levels import needs_code
from wanhao.menu.models import Confirmation
from wanhao.menu.states import ConfirmationState

WRITTEN = (
    *("nonce", "code", "line_id", "door", "item", "language", "code_needed", "wrong_codes"),
    *("asked_at", "expires_at", "state"),
)
WRITE = """
INSERT INTO wanhao_menu_confirmation (
    nonce, code, line_id, door, item, language, code_needed, wrong_codes, asked_at, expires_at,
    state, given
)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb)
ON CONFLICT (line_id, door) WHERE state = 'waiting' DO NOTHING
RETURNING id
"""
GOOD_FOR = timedelta(minutes=30)
WRONG_CODES = 3


def nothing_waits() -> RefusedError:
    """What is said to a yes that came too late, or to nothing."""
    return RefusedError(
        "没有等待您确认的业务，或已超过30分钟。请重新办理。",
        "Nothing waits for your yes, or its 30 minutes are over. Please ask again.",
    )


def write_down(
    item: MenuItem[Any], given: Mapping[str, Any], asker: Asker, now: datetime
) -> Confirmation:
    """Let it wait for a yes; what waited at this door before waits no more."""
    assert asker.line is not None, "only a line can confirm"
    row = Confirmation(
        nonce=secrets.token_hex(16),
        code=f"{secrets.randbelow(9_000) + 1_000}",
        line_id=asker.line.line_id,
        door=asker.door.value,
        item=item.code,
        given=dict(given),
        language=asker.language.value,
        code_needed=needs_code(item, asker.door),
        asked_at=now,
        expires_at=now + GOOD_FOR,
        state=ConfirmationState.WAITING.value,
    )
    _replace(row, now)
    return row


def _replace(row: Confirmation, now: datetime) -> None:
    """Another question of the same line that comes in between was earlier, and waits no more."""
    waiting = Confirmation.objects.filter(
        line_id=row.line_id, door=row.door, state=ConfirmationState.WAITING.value
    )
    waiting.update(state=ConfirmationState.WITHDRAWN.value, settled_at=now)
    while not _written(row):
        waiting.update(state=ConfirmationState.WITHDRAWN.value, settled_at=now)


def _written(row: Confirmation) -> bool:
    """Whether it is written; not when another one waits, which was not there before."""
    with connection.cursor() as cursor:
        cursor.execute(WRITE, [*(getattr(row, name) for name in WRITTEN), json.dumps(row.given)])
        return cursor.fetchone() is not None


def find(asker: Asker, nonce: str) -> Confirmation:
    """What a yes is about, locked until the transaction ends: of this nonce, else the last at this
    door. RefusedError where nothing waits."""
    assert asker.line is not None, "only a line can confirm"
    rows = Confirmation.objects.select_for_update().filter(
        line_id=asker.line.line_id, door=asker.door.value
    )
    row = rows.filter(nonce=nonce).first() if nonce else rows.order_by("-id").first()
    if row is None:
        raise nothing_waits()
    return row


def withdraw(asker: Asker, now: datetime) -> str | None:
    """What waits at this door waits no more; gives the item it was."""
    assert asker.line is not None, "only a line can decline"
    rows = Confirmation.objects.select_for_update().filter(
        line_id=asker.line.line_id, door=asker.door.value, state=ConfirmationState.WAITING.value
    )
    row = rows.first()
    if row is None:
        return None
    settle(row, ConfirmationState.WITHDRAWN, now)
    return row.item if now < row.expires_at else None


def check_time(row: Confirmation, now: datetime) -> None:
    """RefusedError when it waits no more, or for too long."""
    if row.state != ConfirmationState.WAITING.value or now >= row.expires_at:
        raise nothing_waits()


def wrong_code(row: Confirmation, code: str, now: datetime) -> RefusedError | None:
    """Why the yes is not good enough, noted; None when it is. After three wrong codes nothing waits
    any more."""
    if secrets.compare_digest(code, row.code) or not (code or row.code_needed):
        return None
    if not code:
        return RefusedError(
            "请回复Y加上确认短信中的4位数字，例如Y1234的格式。",
            "Please reply Y and the four digits of our message, in the form Y1234.",
        )
    row.wrong_codes += 1
    if row.wrong_codes >= WRONG_CODES:
        settle(row, ConfirmationState.WITHDRAWN, now)
        return RefusedError(
            "确认码输错3次，本次办理已取消，请重新办理。",
            "The code was wrong three times; nothing was done. Please ask again.",
        )
    row.save(update_fields=["wrong_codes"])
    return RefusedError(
        "确认码不对，请核对短信后重发。", "That is not the code; please look again."
    )


def settle(
    row: Confirmation, state: ConfirmationState, now: datetime, answer: Answer | None = None
) -> None:
    """It waits no more."""
    row.state, row.settled_at = state.value, now
    if answer is not None:
        row.answer = {"long": answer.long, "short": answer.short, "data": answer.data}
    row.save(update_fields=["state", "settled_at", "answer", "wrong_codes"])
