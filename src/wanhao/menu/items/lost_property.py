"""Lost property of halls: what is kept that may be it, and a claim to it, or to what may be found.

Nothing is told that would let a stranger claim: what it is, the day and the hall, no more.
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from wanhao.menu.contracts import (
    Answer,
    Asking,
    Door,
    IdentityLevel,
    Inputs,
    MenuItem,
    RefusedError,
)
from wanhao.menu.wording import day, lines, pick
from wanhao.outlets.claiming import claim, possible_matches
from wanhao.outlets.contracts import NewPlace, PlaceKind
from wanhao.outlets.lost_contracts import Match, NewClaim, ThingKind
from wanhao.outlets.queries import listed
from wanhao.outlets.queue_rules import day_of

MOST_HALLS = 20
KINDS = {
    ThingKind.BAG: ("包", "a bag"),
    ThingKind.WALLET: ("钱包", "a wallet"),
    ThingKind.PHONE: ("手机", "a telephone"),
    ThingKind.DOCUMENTS: ("证件", "documents"),
    ThingKind.CASH: ("现金", "cash"),
    ThingKind.KEYS: ("钥匙", "keys"),
    ThingKind.JEWELLERY: ("首饰", "jewellery"),
    ThingKind.CLOTHING: ("衣物", "clothing"),
    ThingKind.UMBRELLA: ("雨伞", "an umbrella"),
    ThingKind.GLASSES: ("眼镜", "glasses"),
    ThingKind.OTHER: ("其他物品", "something else"),
}


class LostInputs(Inputs):
    """What was lost, on which day (today unless said), in which hall where that is known.

    To claim: the number of what may be it, or none; marks that only the owner knows; and where to
    call, unless it is this line.
    """

    what: Literal[
        "bag",
        "wallet",
        "phone",
        "documents",
        "cash",
        "keys",
        "jewellery",
        "clothing",
        "umbrella",
        "glasses",
        "other",
    ]
    action: Literal["look", "claim"] = "look"
    day: date | None = None
    hall: str = Field(default="", max_length=40)
    thing: Annotated[str, Field(pattern=r"^([Ll]?\d{1,9})?$")] = ""
    marks: str = Field(default="", max_length=500)
    phone: Annotated[str, Field(pattern=r"^(1\d{10})?$")] = ""


def answer(asking: Asking[LostInputs]) -> Answer:
    """Look, or claim."""
    return _claim(asking) if asking.inputs.action == "claim" else _look(asking)


def _look(asking: Asking[LostInputs]) -> Answer:
    halls = tuple(place.code for place in _halls(asking))
    found = possible_matches(_kind(asking), _day(asking), halls=halls)
    if not found:
        said = asking.say(
            "目前没有找到相符的物品。可留下特征和电话登记认领，找到后联系您。",
            "Nothing like it is kept now. Leave its marks and a number, and we call when it is.",
        )
        return Answer(long=said, short=said, data={"found": []})
    told = [_told(one, asking) for one in found]
    how = asking.say(
        "认领请说明编号、只有失主知道的特征和联系电话，并携证件到营业厅。",
        "To claim it, give its number, marks only its owner knows, and where to call; bring a"
        " document to the hall.",
    )
    return Answer(
        long=lines([*told, how]),
        short=asking.say(
            f"可能有{len(found)}件：{told[0]}。认领请说明编号、特征和电话。",
            f"{len(found)} may be it: {told[0]}. To claim, give number, marks, telephone.",
        ),
        data={
            "found": [
                {"thing": f"L{one.thing_id}", "day": one.day.isoformat(), "hall": one.hall}
                for one in found
            ]
        },
    )


def _claim(asking: Asking[LostInputs]) -> Answer:
    given, line = asking.inputs, asking.asker.line
    phone = int(given.phone) if given.phone else line.number if line else 0
    if not phone:
        raise RefusedError("请留下联系电话。", "Please say where we may call you.")
    made = claim(
        NewClaim(
            kind=_kind(asking),
            day=_day(asking),
            phone=phone,
            marks=given.marks,
            thing_id=int(given.thing.lstrip("Ll")) if given.thing else None,
            hall=_one_hall(asking),
            line_id=line.line_id if line else None,
        ),
        asking.now,
        by=asking.asker.name or asking.asker.door.value,
    )
    said = (
        asking.say(
            f"已登记认领{made.claim_id}号。营业厅核对后联系您，请携有效证件到厅领取，不收费用。",
            f"Claim {made.claim_id} is noted. The hall compares and calls you; bring a document."
            " It costs nothing.",
        )
        if made.thing_id
        else asking.say(
            f"已登记{made.claim_id}号。营业厅找到相符的物品会联系您，不收费用。",
            f"Noted as {made.claim_id}. The hall calls you when it is found. It costs nothing.",
        )
    )
    return Answer(long=said, short=said, data={"claim": made.claim_id, "state": made.state.value})


def _kind(asking: Asking[LostInputs]) -> ThingKind:
    return ThingKind(asking.inputs.what)


def _day(asking: Asking[LostInputs]) -> date:
    today = day_of(asking.now)
    lost = asking.inputs.day or today
    if lost > today:
        raise RefusedError("丢失日期不能晚于今天。", "The day cannot be later than today.")
    return lost


def _halls(asking: Asking[LostInputs]) -> list[NewPlace]:
    """Halls that the words fit; none for no words."""
    words = asking.inputs.hall.replace("%", " ").strip()
    if not words:
        return []
    today, only = day_of(asking.now), (PlaceKind.HALL,)
    found = listed(today, codes=[words], kinds=only) or listed(
        today, words=words, kinds=only, limit=MOST_HALLS
    )
    if not found:
        raise RefusedError(
            "没有找到这样的营业厅，请换个县区或名称，或不填。",
            "No such hall was found; try another name, or leave it out.",
        )
    return [view.place for view in found]


def _one_hall(asking: Asking[LostInputs]) -> str:
    found = _halls(asking)
    return found[0].code if len(found) == 1 else ""


def _told(match: Match, asking: Asking[LostInputs]) -> str:
    language = asking.asker.language
    parts = (
        f"L{match.thing_id}",
        pick(language, KINDS[match.kind]),
        day(match.day, language),
        pick(language, (match.hall_zh, match.hall_en)),
    )
    return pick(language, ("，", ", ")).join(parts)


ITEM = MenuItem(
    code="lost_property",
    zh="失物认领",
    en="Lost property",
    level=IdentityLevel.ANYONE,
    doors=frozenset(
        {
            *(Door.HOTLINE, Door.WEB, Door.APP, Door.CHAT, Door.COUNTER),
            *(Door.AGENT, Door.COMMAND),
        }
    ),
    inputs=LostInputs,
    answer=answer,
    changes=True,
)
