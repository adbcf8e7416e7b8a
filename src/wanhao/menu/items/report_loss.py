"""Report a loss, and that the card was found again: both at once, and free of charge."""

from wanhao.menu.contracts import Answer, Asking, Door, IdentityLevel, MenuItem, NoInputs
from wanhao.workflows.report_loss import cancel_loss, report_loss

DOORS = frozenset(
    {
        Door.HOTLINE,
        Door.WEB,
        Door.APP,
        Door.CHAT,
        Door.TERMINAL,
        Door.COUNTER,
        Door.AGENT,
        Door.COMMAND,
    }
)


def report(asking: Asking[NoInputs]) -> Answer:
    """The line is stopped; once more changes nothing."""
    new = report_loss(asking.line.number, asking.now)
    said = asking.say(
        "您的号码已挂失停机，免费。找回卡后可解挂，丢失可持证件到营业厅补卡。",
        "Your line is stopped as lost, free of charge. Say so when you find the card, or have it"
        " replaced at a business hall.",
    )
    return Answer(long=said, short=said, data={"lost": True, "new": new})


def cancel(asking: Asking[NoInputs]) -> Answer:
    """The line is served again; where it was not lost, that is said."""
    found = cancel_loss(asking.line.number, asking.now)
    said = (
        asking.say("您的号码已解挂，可以使用。", "Your line is not lost any more, and works.")
        if found
        else asking.say("您的号码没有挂失。", "Your line was not reported lost.")
    )
    return Answer(long=said, short=said, data={"lost": False, "new": found})


ITEMS = (
    MenuItem(
        code="report_loss",
        zh="挂失",
        en="Report a loss",
        level=IdentityLevel.VERIFIED,
        doors=DOORS,
        inputs=NoInputs,
        answer=report,
        changes=True,
        says=(
            "提交后立即停机：不能打电话、发短信和上网。免费，找回卡后可随时解挂。",
            "The line is stopped at once: no calls, messages or data. Free of charge; when the card"
            " is found, cancel the loss at any time.",
        ),
    ),
    MenuItem(
        code="cancel_loss",
        zh="解挂",
        en="Cancel a loss",
        level=IdentityLevel.VERIFIED,
        doors=DOORS,
        inputs=NoInputs,
        answer=cancel,
        changes=True,
        says=(
            "提交后立即恢复使用，免费。请确认卡在您手中。",
            "The line works again at once, free of charge. Be sure that you have the card.",
        ),
    ),
)
