"""Prove at the counter who a customer is: a one-time code read back, or a document seen."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db import transaction

from wanhao.access.contracts import CodePurpose, TryKind
from wanhao.access.one_time_codes import check_code, issue_code
from wanhao.access.trying import begin_try, note_wrong
from wanhao.communications.actions import plan_message
from wanhao.outlets.counter.serving import keep_code, note_step, raise_level
from wanhao.outlets.counter_contracts import NewStep, ServiceView, StepKind
from wanhao.parties.contracts import DocumentKind, Language, LineView
from wanhao.parties.documents import documents_of_lines, is_called, is_holder, record_document
from wanhao.staff.contracts import EmployeeView, Permission
from wanhao.staff.queries import may
from wanhao.staff.scope import unit_of_city

CODE = {
    Language.ZH: "您正在营业厅办理业务，验证码{code}，5分钟内有效，请只读给面前的营业员。",
    Language.EN: "At our hall: your code is {code}, good for 5 minutes. "
    "Read it only to the clerk before you.",
}
TAIL = 4


class Verdict(StrEnum):
    """What came of a proof."""

    RIGHT = "right"
    WRONG = "wrong"
    NO_FACE = "no-face"
    NO_RECORD = "no-record"
    CODE_FIRST = "code-first"
    NOT_ALLOWED = "not-allowed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """What came of a proof, and how many tries are left today where it was wrong."""

    verdict: Verdict
    left: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownDocument:
    """A document as the customer shows it; `face_seen`: the clerk compared the picture."""

    kind: DocumentKind
    name: str
    number: str
    face_seen: bool


@transaction.atomic
def send_code(service: ServiceView, line: LineView, now: datetime) -> None:
    """Send a one-time code to the line; TooManyCodesError when one was sent a moment ago."""
    issued = issue_code(line.number, CodePurpose.STEP_UP, now)
    plan_message(line.number, "secret", CODE[line.language].format(code=issued.code), now)
    keep_code(service.service_id, issued.code_id, now)


@transaction.atomic
def read_back(service: ServiceView, line: LineView, code: str, now: datetime) -> Proved:
    """The customer reads the code to the clerk: right, it is level 2."""
    if service.code_id is None:
        return Proved(verdict=Verdict.WRONG)
    purpose, digits = CodePurpose.STEP_UP, "".join(code.split())
    check = check_code(service.code_id, line.number, purpose, digits, now)
    if check.right:
        raise_level(service.service_id, 2, StepKind.CODE_RIGHT, now)
        return Proved(verdict=Verdict.RIGHT)
    note_step(service.service_id, NewStep(kind=StepKind.CODE_WRONG), now)
    return Proved(verdict=Verdict.WRONG, left=check.left)


@transaction.atomic
def see_document(service: ServiceView, tail: str, now: datetime) -> Proved:
    """The clerk saw the document that is recorded, and reads its last four characters: level 2.

    A wrong one counts as a wrong document; WanhaoError after three of them in a day.
    """
    recorded = documents_of_lines([service.line_id]).get(service.line_id)
    if recorded is None:
        return Proved(verdict=Verdict.NO_RECORD)
    begin_try(service.line_id, TryKind.DOCUMENT, now)
    if len(tail.strip()) == TAIL and recorded.tail == tail.strip().upper():
        raise_level(service.service_id, 2, StepKind.DOCUMENT_SEEN, now)
        return Proved(verdict=Verdict.RIGHT)
    return _wrong(service, now)


@transaction.atomic
def show_document(
    service: ServiceView, line: LineView, shown: ShownDocument, clerk: EmployeeView, now: datetime
) -> Proved:
    """A whole document: compared with what is recorded, or recorded now where nothing is: level 3.

    A first one needs the line's code as well, unless the clerk may do without. WanhaoError when it
    is no such number, or after three wrong ones in a day.
    """
    unit = unit_of_city(line.city)
    if not may(clerk.employee_id, Permission.RECORD_DOCUMENT, unit, now):
        return Proved(verdict=Verdict.NOT_ALLOWED)
    if not shown.face_seen:
        return Proved(verdict=Verdict.NO_FACE)
    begin_try(line.line_id, TryKind.DOCUMENT, now)
    recorded = documents_of_lines([line.line_id]).get(line.line_id)
    if recorded is not None:
        same = recorded.kind is shown.kind and is_holder(line.line_id, shown.name, shown.number)
        return _compared(service, same, now)
    if not is_called(line.line_id, shown.name):
        return _wrong(service, now)
    alone = may(clerk.employee_id, Permission.RECORD_WITHOUT_CODE, unit, now)
    if not (service.code_read or alone):
        return Proved(verdict=Verdict.CODE_FIRST)
    record_document(line.line_id, shown.kind, shown.number, now, by=clerk.job_number)
    raise_level(service.service_id, 3, StepKind.DOCUMENT_RECORDED, now)
    return Proved(verdict=Verdict.RIGHT)


def _compared(service: ServiceView, same: bool, now: datetime) -> Proved:
    if not same:
        return _wrong(service, now)
    raise_level(service.service_id, 3, StepKind.DOCUMENT_COMPARED, now)
    return Proved(verdict=Verdict.RIGHT)


def _wrong(service: ServiceView, now: datetime) -> Proved:
    note_step(service.service_id, NewStep(kind=StepKind.DOCUMENT_WRONG), now)
    return Proved(verdict=Verdict.WRONG, left=note_wrong(service.line_id, TryKind.DOCUMENT, now))
