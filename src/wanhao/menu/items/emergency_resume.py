"""Emergency power-on: a star's right gives a stopped account service for some hours."""

from wanhao.billing.stop_contracts import GrantView
from wanhao.menu.contracts import EVERYWHERE, Answer, Asking, IdentityLevel, MenuItem, NoInputs
from wanhao.menu.rehearsing import rehearse
from wanhao.menu.wording import moment
from wanhao.workflows.emergency_resume import emergency_resume


def propose(asking: Asking[NoInputs]) -> Answer:
    """Until when, and that it uses up a right."""
    grant = rehearse(lambda: emergency_resume(asking.line.account_id, asking.now))
    until = moment(grant.until, asking.asker.language)
    said = asking.say(
        f"紧急开机到{until}，使用一次星级权益，期间正常计费；到时未缴费将再次停机。",
        f"Service until {until}, by one of your star's rights; use is charged. Then it stops again"
        " unless you have paid.",
    )
    return Answer(long=said, short=said, data=_data(grant))


def answer(asking: Asking[NoInputs]) -> Answer:
    """Serve them for a while."""
    grant = emergency_resume(asking.line.account_id, asking.now)
    until = moment(grant.until, asking.asker.language)
    said = asking.say(
        f"已紧急开机，可使用到{until}，请在此前缴清欠费。",
        f"You are served until {until}; please pay what is owed by then.",
    )
    return Answer(long=said, short=said, data=_data(grant))


def _data(grant: GrantView) -> dict[str, str]:
    return {"until": grant.until.isoformat()}


ITEM = MenuItem(
    code="emergency_resume",
    zh="紧急开机",
    en="Emergency power-on",
    level=IdentityLevel.KNOWN,
    doors=EVERYWHERE,
    inputs=NoInputs,
    answer=answer,
    propose=propose,
    undoable=False,
)
