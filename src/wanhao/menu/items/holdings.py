"""Holdings: the plan and everything else that is held, with what each costs and until when."""

from collections.abc import Sequence

from wanhao.menu.contracts import (
    EVERYWHERE,
    JSON,
    Answer,
    Asking,
    IdentityLevel,
    MenuItem,
    NoInputs,
)
from wanhao.menu.holding import Numbered, numbered
from wanhao.menu.wording import contents, full_day, lines, name, price, sentence
from wanhao.products.contracts import HeldProduct
from wanhao.products.queries import products_of_groups


def answer(asking: Asking[NoInputs]) -> Answer:
    """What the line's group holds."""
    return together([asking])[0]


def together(asked: Sequence[Asking[NoInputs]]) -> list[Answer]:
    """The same for many, with one look at what they hold."""
    held = products_of_groups({asking.line.group_id for asking in asked}, asked[0].now)
    return [_told(asking, held.get(asking.line.group_id, ())) for asking in asked]


def _told(asking: Asking[NoInputs], held: Sequence[HeldProduct]) -> Answer:
    if not held:
        said = asking.say("您没有已订业务。", "You hold nothing.")
        return Answer(long=said, short=said, data={"products": []})
    entries = numbered(held)
    return Answer(
        long=lines([_line(asking, one) for one in entries]),
        short=_short(asking, entries),
        data={"products": [_data(asking, one) for one in entries]},
    )


def _short(asking: Asking[NoInputs], entries: Sequence[Numbered]) -> str:
    language = asking.asker.language
    first = entries[0].product.offering
    said = [f"{name(first, language)} {price(first, language)}"]
    if (rest := len(entries) - 1) > 0:
        said.append(asking.say(f"另有{rest}项业务", f"and {rest} more"))
    return sentence(said, language)


def _line(asking: Asking[NoInputs], one: Numbered) -> str:
    language, held = asking.asker.language, one.product
    said = f"{one.number}. {name(held.offering, language)} {price(held.offering, language)}"
    if holds := contents(held.offering, language):
        said += asking.say(f"，含{holds}", f", with {holds}")
    if held.since > asking.now:
        since = full_day(held.since, language)
        return said + asking.say(f"，{since}起生效", f", from {since}")
    since = full_day(held.since, language)
    said += asking.say(f"，{since}开通", f", since {since}")
    if held.until is not None:
        until = full_day(held.until, language)
        said += asking.say(f"，{until}到期", f", until {until}")
    return said


def _data(asking: Asking[NoInputs], one: Numbered) -> JSON:
    held = one.product
    return {
        "number": one.number,
        "code": held.offering.code,
        "name": name(held.offering, asking.asker.language),
        "kind": held.offering.kind.value,
        "fee_fen": held.offering.fee_fen,
        "period": held.offering.period.value,
        "since": held.since.isoformat(),
        "until": held.until.isoformat() if held.until else None,
        "cancel": {"item": one.ended_by, "given": dict(one.given)} if one.ended_by else None,
    }


ITEM = MenuItem(
    code="holdings",
    zh="查套餐与已订业务",
    en="Plan and products",
    level=IdentityLevel.KNOWN,
    doors=EVERYWHERE,
    inputs=NoInputs,
    answer=answer,
    together=together,
)
