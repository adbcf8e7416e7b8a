"""Resume: a number that is kept for later is in use again."""

from wanhao.menu.contracts import (
    EVERYWHERE,
    Answer,
    Asking,
    Door,
    IdentityLevel,
    MenuItem,
    NoInputs,
)
from wanhao.menu.rehearsing import rehearse
from wanhao.workflows.keep_number import resume_number


def propose(asking: Asking[NoInputs]) -> Answer:
    """What it costs from then on."""
    rehearse(lambda: resume_number(asking.line.number, asking.now))
    return Answer(
        long=asking.say(
            "立即复机，恢复通话、上网和短信；本月起按套餐收费，不收取停机保号费。",
            "Service comes back at once; from this month on your plan is charged, and no fee for"
            " keeping the number.",
        ),
        short=asking.say(
            "立即复机，本月起按套餐收费。",
            "Service comes back now; your plan is charged from this month on.",
        ),
    )


def answer(asking: Asking[NoInputs]) -> Answer:
    """Serve it again."""
    resume_number(asking.line.number, asking.now)
    said = asking.say("您的号码已复机。", "Your line is in use again.")
    return Answer(long=said, short=said, data={"in_use": True})


ITEM = MenuItem(
    code="resume",
    zh="复机",
    en="Use my number again",
    level=IdentityLevel.VERIFIED,
    doors=EVERYWHERE - {Door.SMS},
    inputs=NoInputs,
    answer=answer,
    propose=propose,
)
