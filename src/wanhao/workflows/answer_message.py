"""Does what a customer asks for by short message: reminders off and on."""

import unicodedata
from datetime import datetime

from django.db import transaction

from wanhao.communications.actions import set_opt_out
from wanhao.communications.contracts import ReminderRule
from wanhao.communications.incoming import begin_command
from wanhao.communications.queries import rules
from wanhao.parties.contracts import LineView
from wanhao.parties.queries import lines_by_number

ALL_OFF, ALL_ON = "QXXFTX", "KTXFTX"
ONE_OFF, ONE_ON = "QXTX#", "KTTX#"


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
        _obey(command, line, now)
    return True


def _command(text: str) -> str:
    """The command in a text: full-width or small letters and blanks make no difference."""
    said = "".join(unicodedata.normalize("NFKC", text).upper().split())
    is_known = said in (ALL_OFF, ALL_ON) or said.startswith((ONE_OFF, ONE_ON))
    return said if is_known and len(said) <= 64 else ""


def _obey(command: str, line: LineView, now: datetime) -> None:
    """Switch what may be switched; a code nobody knows, or that must stay on, changes nothing."""
    is_off = command == ALL_OFF or command.startswith(ONE_OFF)
    for rule in _asked(command):
        set_opt_out(line.line_id, rule.code, is_off, now)


def _asked(command: str) -> list[ReminderRule]:
    """The rules a command is about, as far as customers may switch them."""
    switchable = [rule for rule in rules() if rule.switchable]
    if command in (ALL_OFF, ALL_ON):
        return switchable
    code = command.partition("#")[2]
    return [rule for rule in switchable if rule.code.upper() == code]
