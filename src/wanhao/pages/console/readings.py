"""Who looked at whose data, for what and why: for inspectors and privacy officers."""

import re
from datetime import date
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from wanhao.access.contracts import ReadView
from wanhao.access.queries import login_ids_named, reads_made
from wanhao.pages.console.access import employee_of, for_employees, out_of_scope
from wanhao.pages.console.reading_words import purpose_words, reason_words, subject_words
from wanhao.pages.design import clock
from wanhao.pages.design.rendering import render_page
from wanhao.staff.contracts import EmployeeView, Permission
from wanhao.staff.queries import employees_by_login, employees_by_number, may, top_unit
from wanhao.values.msisdn import Msisdn
from wanhao.workflows.check_scope import Scope

SHOWN = 50
CUSTOMERS = "customer-"
"""How the logins of customers begin; they say nothing to whoever reads this."""
WHOLE = re.compile(r"(?<!\d)1\d{10}(?!\d)", re.ASCII)


@require_safe
@for_employees
def readings(request: HttpRequest) -> HttpResponse:
    """Readings, latest first: of an employee, a customer, a day, or all of the province."""
    asked = {name: request.GET.get(name, "").strip() for name in ("employee", "customer", "day")}
    reader, mistake = _reader(asked["employee"])
    if not (settings.DEMO or _may_audit(request, reader)):
        return out_of_scope(request, Scope(allowed=False))
    day = None
    try:
        day = date.fromisoformat(asked["day"]) if asked["day"] else None
    except ValueError:
        mistake = gettext("Write the day as 2026-11-22.")
    before = request.GET.get("before", "")
    found = (
        []
        if mistake
        else reads_made(
            login_id=reader[0] if reader else None,
            subject=subject_of(asked["customer"]),
            day=day,
            before=int(before) if before.isdecimal() and len(before) < 19 else None,
            limit=SHOWN + 1,
        )
    )
    context = {
        "asked": asked,
        "rows": _rows(found[:SHOWN]),
        "older": found[SHOWN - 1].read_id if len(found) > SHOWN else None,
        "mistake": mistake,
        "still": True,
    }
    status = 400 if mistake else 200
    return render_page(request, "console/readings.html", context, status=status)


def subject_of(customer: str) -> str:
    """How readings call a customer: by the number of a line, else by the reference of an
    account."""
    plain = "".join(customer.split()).replace("-", "")
    if WHOLE.fullmatch(plain):
        return f"line {plain}"
    return f"account {customer}" if customer else ""


def _reader(wanted: str) -> tuple[tuple[int, EmployeeView | None] | None, str]:
    """The login that is asked for, by job number or login name, and whose it is."""
    if not wanted:
        return None, ""
    for login_id, employee in employees_by_number([wanted]).items():
        return (login_id, employee), ""
    for login_id in login_ids_named([wanted]):
        return (login_id, employees_by_login([login_id]).get(login_id)), ""
    return None, gettext("No employee has this job number or login.")


def _may_audit(request: HttpRequest, reader: tuple[int, EmployeeView | None] | None) -> bool:
    """Of one's own unit's people; all of them only from the province."""
    me = employee_of(request)
    whose = reader[1].unit if reader and reader[1] else top_unit()
    return me is not None and may(me.employee_id, Permission.AUDIT, whose, clock.now())


def _subject(subject: str) -> str:
    """Whose, as the reader names it, without a whole number."""
    kind, _space, one = WHOLE.sub(_masked, subject).rpartition(" ")
    return subject_words(kind, one) or f"{kind} {one}".strip()


def _masked(number: re.Match[str]) -> str:
    return Msisdn(int(number[0])).masked


def _rows(found: list[ReadView]) -> list[dict[str, Any]]:
    people = employees_by_login([one.login_id for one in found if one.login_id is not None])
    return [
        {
            "read": one,
            "customer": one.login_name.startswith(CUSTOMERS),
            "subject": _subject(one.subject),
            "purpose": WHOLE.sub(_masked, purpose_words(one.purpose)),
            "reason": WHOLE.sub(_masked, reason_words(one.purpose, one.reason)),
            "employee": people.get(one.login_id) if one.login_id is not None else None,
        }
        for one in found
    ]
