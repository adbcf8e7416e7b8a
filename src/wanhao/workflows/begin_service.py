"""Begin a service: a clerk looks a customer up with a reason, within the clerk's scope; that data
is read is recorded."""

from datetime import datetime

from django.db import transaction

from wanhao.access.actions import record_read
from wanhao.outlets.counter.serving import begin
from wanhao.outlets.counter_contracts import NewService, ServiceView
from wanhao.parties.contracts import LineView
from wanhao.staff.contracts import Permission
from wanhao.workflows.check_scope import Scope, scope_of_line


@transaction.atomic
def begin_service(
    new: NewService, line: LineView, login: object, now: datetime
) -> ServiceView | Scope:
    """The service; or, where the customer is not the clerk's to serve, who can.

    WanhaoError when the hall is unknown or the reason is missing.
    """
    scope = scope_of_line(new.clerk_id, Permission.SERVE, line, now)
    if not scope.allowed:
        return scope
    reason = f"{new.purpose.value} {new.note.strip()}".strip()
    record_read(login, f"line {line.number}", f"served at {new.hall}"[:64], now, reason=reason)
    return begin(new, now)
