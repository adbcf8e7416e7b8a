"""Help: what can be asked for at this door, by group."""

from pydantic import Field

from wanhao.menu.contracts import (
    EVERYWHERE,
    Answer,
    Asking,
    IdentityLevel,
    Inputs,
    MenuItem,
    RefusedError,
)
from wanhao.menu.finding import folded
from wanhao.menu.groups import Group, grouped
from wanhao.menu.queries import items_at
from wanhao.menu.wording import lines, pick, sentence


class HelpInputs(Inputs):
    """About which group, by its code or name; about all when none is named."""

    group: str = Field(default="", max_length=32)


def answer(asking: Asking[HelpInputs]) -> Answer:
    """The menu of this door."""
    language = asking.asker.language
    gap = asking.say("：", ": ")
    found = [
        (group, [pick(language, (item.zh, item.en)) for item in items], items)
        for group, items in grouped(items_at(asking.asker.door))
        if _is_meant(asking.inputs.group, group)
    ]
    if not found:
        raise RefusedError(
            f"菜单里没有“{asking.inputs.group}”。",
            f"The menu has no '{asking.inputs.group}'.",
        )
    heads = [pick(language, (group.zh, group.en)) for group, _, _ in found]
    short = found[0][1] if len(found) == 1 else heads
    return Answer(
        long=lines(
            head + gap + asking.say("、", ", ").join(named)
            for head, (_, named, _) in zip(heads, found, strict=True)
        ),
        short=asking.say("可以办理：", "You can ask for: ") + sentence(short, language),
        data={
            "groups": [
                {
                    "code": group.code,
                    "name": head,
                    "items": [
                        {"code": item.code, "name": name}
                        for item, name in zip(items, named, strict=True)
                    ],
                }
                for head, (group, named, items) in zip(heads, found, strict=True)
            ]
        },
    )


def _is_meant(wanted: str, group: Group) -> bool:
    asked = folded(wanted)
    return not asked or asked in (folded(group.code), folded(group.zh), folded(group.en))


ITEM = MenuItem(
    code="help",
    zh="帮助",
    en="Help",
    level=IdentityLevel.ANYONE,
    doors=EVERYWHERE,
    inputs=HelpInputs,
    answer=answer,
)
