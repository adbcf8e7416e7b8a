"""Things that were found, and people who say that they are theirs."""

from datetime import date, datetime
from typing import Any

from tests.outlets.halls import BY, HALL, MORNING
from wanhao.outlets.finding import register_thing
from wanhao.outlets.lost_contracts import Handover, NewClaim, NewThing, ThingKind, ThingView

TODAY = date(2026, 11, 23)
PHONE = 16907910001
MARKS = "里面有一本蓝色的笔记本"
SECRETS = ("黑色", "笔记本", "2号窗口", "zhao.min", "保险柜")
HANDOVER = Handover(
    receiver="王小明", document="identity-card", tail="123X", witness="zhao.min", signed=True
)


def found(now: datetime = MORNING, **other: Any) -> ThingView:
    """A bag found this morning at desk 2."""
    given: dict[str, Any] = {
        "hall": HALL,
        "kind": ThingKind.BAG,
        "found_at": now,
        "place": "2号窗口",
        "description": "黑色帆布包",
        "contents": "笔记本一本",
        "finder": BY,
        "witness": "zhao.min",
        "kept_in": "保险柜",
    }
    return register_thing(NewThing(**(given | other)), now, by=BY)


def a_claim(thing: ThingView | None = None, **other: Any) -> NewClaim:
    """A claim to it, or to a bag that nobody found yet."""
    given: dict[str, Any] = {
        "kind": ThingKind.BAG,
        "day": TODAY,
        "phone": PHONE,
        "marks": MARKS,
        "thing_id": thing.thing_id if thing else None,
    }
    return NewClaim(**(given | other))
