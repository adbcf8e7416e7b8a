"""A reply of the menu as it is shown, with the ways on from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from wanhao.menu.contracts import Asker, MenuItem, Reply, ReplyKind
from wanhao.menu.queries import item_of
from wanhao.menu.undoing import opposite_of
from wanhao.menu.wording import pick
from wanhao.pages.asking.desk import Desk


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownReply:
    """What came of it: the thought in a sentence, the rest line by line, and where it goes on.

    `undo_url` leads to the item that takes it back; empty where none does. `waits`: a first step
    is done, and the form is to be sent once more with what it waits for. `to_pay`: nothing is done
    before it is paid, at `pay_url` where this door takes payments.
    """

    kind: ReplyKind
    lead: str
    rest: tuple[str, ...]
    nonce: str = ""
    expires_at: datetime | None = None
    confirm_url: str = ""
    decline_url: str = ""
    step_up_url: str = ""
    undo_url: str = ""
    undo: str = ""
    waits: bool = False
    to_pay: bool = False
    pay_url: str = ""


def shown_reply(
    reply: Reply, desk: Desk, item: MenuItem[Any], given: Mapping[str, str], asker: Asker
) -> ShownReply:
    """A reply with the addresses of its buttons at this door."""
    lead, rest = parts_of(reply)
    undo = _undo(reply, desk, item, asker) if reply.kind is ReplyKind.ANSWERED else ("", "")
    return ShownReply(
        kind=reply.kind,
        lead=lead,
        rest=rest,
        nonce=reply.nonce,
        expires_at=reply.expires_at,
        confirm_url=desk.confirm_url(item.code),
        decline_url=desk.decline_url(item.code),
        step_up_url=(
            desk.step_up_url(reply.needs, desk.item_url(item.code, given)) if reply.needs else ""
        ),
        undo_url=undo[0],
        undo=undo[1],
        waits="waits_for" in reply.data,
        to_pay=reply.to_pay is not None,
        pay_url=desk.pay_url(reply.to_pay) if reply.to_pay else "",
    )


def parts_of(reply: Reply) -> tuple[str, tuple[str, ...]]:
    """The first thought and the lines after it; what is said in short only once."""
    said = tuple(line for line in reply.long.splitlines() if line.strip())
    return (said[0], said[1:]) if said else (reply.short, ())


def _undo(reply: Reply, desk: Desk, item: MenuItem[Any], asker: Asker) -> tuple[str, str]:
    done = item.confirmed or item.changes
    found = opposite_of(item.code, reply.data) if done and item.undoable else None
    if found is None:
        return "", ""
    opposite = item_of(found[0])
    if asker.door not in opposite.doors:
        return "", ""
    return desk.item_url(*found), pick(asker.language, (opposite.zh, opposite.en))
