"""Large type on pages and in the app."""

from typing import Literal

from wanhao.menu.contracts import Answer, Asking, Door, IdentityLevel, Inputs, MenuItem
from wanhao.parties.preferences import in_large_type, set_large_type


class LargeTypeInputs(Inputs):
    """On or off; how it stands is told when neither is said."""

    switch: Literal["", "on", "off"] = ""


def answer(asking: Asking[LargeTypeInputs]) -> Answer:
    """Remember it with the line."""
    line_id = asking.line.line_id
    if asking.inputs.switch:
        on = asking.inputs.switch == "on"
        set_large_type(line_id, on, asking.now)
    else:
        on = line_id in in_large_type([line_id])
    said = (
        asking.say("大字版已开启。", "Large type is on.")
        if on
        else asking.say("大字版已关闭。", "Large type is off.")
    )
    return Answer(long=said, short=said, data={"on": on})


ITEM = MenuItem(
    code="large_type",
    zh="大字版",
    en="Large type",
    level=IdentityLevel.KNOWN,
    doors=frozenset({Door.HOTLINE, Door.WEB, Door.APP, Door.CHAT, Door.TERMINAL}),
    inputs=LargeTypeInputs,
    answer=answer,
    changes=True,
)
