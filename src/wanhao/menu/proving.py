"""Name and document number as a proof of who is asking, where the door allows that."""

from datetime import datetime
from typing import Any

from django.db import transaction

from wanhao.access.contracts import TryKind
from wanhao.access.trying import begin_try, note_wrong
from wanhao.menu.contracts import Asker, IdentityLevel, Inputs, MenuItem, RefusedError
from wanhao.menu.levels import BY_DOCUMENT
from wanhao.parties.documents import is_holder


def may_prove(item: MenuItem[Any], asker: Asker) -> bool:
    """Whether this door takes name and document number for this item."""
    known = asker.line is not None and asker.level >= IdentityLevel.KNOWN
    return item.proof is not None and asker.door in BY_DOCUMENT and known


@transaction.atomic
def prove(item: MenuItem[Any], inputs: Inputs, asker: Asker, now: datetime) -> RefusedError | None:
    """Why they prove nothing, which is counted; None when they are the holder's.

    WanhaoError when no document is recorded, or there were too many wrong ones today.
    """
    assert item.proof is not None
    assert asker.line is not None
    name, document = item.proof(inputs)
    if not (name and document):
        return RefusedError(
            "请同时写明机主姓名和证件号码。", "Please give the holder's name and document number."
        )
    line_id = asker.line.line_id
    begin_try(line_id, TryKind.DOCUMENT, now)
    if is_holder(line_id, name, document):
        return None
    left = note_wrong(line_id, TryKind.DOCUMENT, now)
    return RefusedError(
        f"姓名或证件号码不符，今天还可试{left}次。",
        f"Name or document number is not the holder's; {left} more tries today.",
    )
