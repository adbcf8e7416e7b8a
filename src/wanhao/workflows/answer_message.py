"""Does what a customer asks for by short message, reminders off and on, and answers."""

import unicodedata
from datetime import datetime

from django.db import transaction

from wanhao.communications.actions import plan_message
from wanhao.communications.contracts import Door
from wanhao.communications.incoming import begin_command
from wanhao.communications.optouts import set_all_opt_outs, set_opt_out
from wanhao.communications.queries import rules
from wanhao.parties.contracts import Language, LineView
from wanhao.parties.queries import lines_by_number
from wanhao.values.errors import WanhaoError

ALL_OFF, ALL_ON = "QXXFTX", "KTXFTX"
ONE_OFF, ONE_ON = "QXTX#", "KTTX#"
LONGEST = 64
ANSWERS = {
    (ALL_OFF, Language.ZH): "您已取消全部消费提醒，必须告知的内容仍会发送。恢复请回复KTXFTX。",
    (ALL_OFF, Language.EN): "All reminders are off; what you must know is still sent. On: KTXFTX.",
    (ALL_ON, Language.ZH): "您的消费提醒已全部开通。取消请回复QXXFTX。",
    (ALL_ON, Language.EN): "All reminders are on. Off: reply QXXFTX.",
    (ONE_OFF, Language.ZH): "您已取消提醒：{title}。恢复请回复KTTX#{code}。",
    (ONE_OFF, Language.EN): "Reminder off: {title}. On again: KTTX#{code}.",
    (ONE_ON, Language.ZH): "您已开通提醒：{title}。取消请回复QXTX#{code}。",
    (ONE_ON, Language.EN): "Reminder on: {title}. Off again: QXTX#{code}.",
    ("", Language.ZH): "没有可以取消的提醒：{code}。取消全部消费提醒请回复QXXFTX。",
    ("", Language.EN): "No reminder that can be switched: {code}. All off: reply QXXFTX.",
}


@transaction.atomic
def answer_message(number: int, text: str, now: datetime) -> bool:
    """Switch reminders as the text asks and tell the customer; False if it asks for nothing known.

    What the network brings a second time is answered once.
    """
    command = _command(text)
    line = lines_by_number({number}).get(number) if command else None
    if line is None:
        return False
    if begin_command(number, command, now):
        plan_message(number, "reply", _obey(command, line, now), now)
    return True


def _command(text: str) -> str:
    """The command in a text: full-width or small letters and blanks make no difference."""
    said = "".join(unicodedata.normalize("NFKC", text).upper().split())
    is_known = said in (ALL_OFF, ALL_ON) or said.startswith((ONE_OFF, ONE_ON))
    return said if is_known and len(said) <= LONGEST else ""


def _obey(command: str, line: LineView, now: datetime) -> str:
    """Switch what the customer may switch; gives what to answer."""
    if command in (ALL_OFF, ALL_ON):
        set_all_opt_outs(line.line_id, command == ALL_OFF, now, door=Door.SMS)
        return ANSWERS[command, line.language]
    verb, code = command[: len(ONE_OFF)], command[len(ONE_OFF) :]
    titles = {rule.code.upper(): rule for rule in rules()}
    rule = titles.get(code)
    try:
        set_opt_out(line.line_id, rule.code if rule else code, verb == ONE_OFF, now, door=Door.SMS)
    except WanhaoError:
        return ANSWERS["", line.language].format(code=code)
    title = (rule.title_zh if line.language is Language.ZH else rule.title_en) if rule else code
    return ANSWERS[verb, line.language].format(title=title, code=code)
