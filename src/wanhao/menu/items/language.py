"""The language a line is written to in."""

from typing import Literal

from wanhao.menu.contracts import Answer, Asking, Door, IdentityLevel, Inputs, MenuItem
from wanhao.parties.contracts import Language
from wanhao.parties.preferences import set_language

SAID = {
    Language.ZH: "以后的短信和通知都用中文发给您。",
    Language.EN: "From now on we write to you in English.",
}
STANDS = {
    Language.ZH: "我们用中文给您发短信。",
    Language.EN: "We write to you in English.",
}


class LanguageInputs(Inputs):
    """Which one; the present one is told when none is named."""

    language: Literal["", "zh", "en"] = ""


def answer(asking: Asking[LanguageInputs]) -> Answer:
    """Write in it from now on; said in that language."""
    if not asking.inputs.language:
        now = asking.line.language
        return Answer(long=STANDS[now], short=STANDS[now], data={"language": now.value})
    language = Language(asking.inputs.language)
    changed = set_language(asking.line.line_id, language)
    said = SAID[language]
    return Answer(long=said, short=said, data={"language": language.value, "changed": changed})


ITEM = MenuItem(
    code="language",
    zh="语言",
    en="Language",
    level=IdentityLevel.KNOWN,
    doors=frozenset({Door.HOTLINE, Door.WEB, Door.APP, Door.CHAT, Door.TERMINAL}),
    inputs=LanguageInputs,
    answer=answer,
    changes=True,
)
