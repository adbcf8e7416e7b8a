"""Masked values: shown whole for a minute, with a reason that is recorded."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from wanhao.access.actions import record_read
from wanhao.outlets.counter.serving import note_step
from wanhao.outlets.counter_contracts import NewStep, Purpose, StepKind
from wanhao.pages.console.access import out_of_scope
from wanhao.pages.counter.clerks import Serving, for_service
from wanhao.pages.counter.glance import masked_values
from wanhao.pages.counter.serving import REVEALED_SECONDS, customer_page, item_groups
from wanhao.pages.design import clock
from wanhao.pages.design.counter_words import FIELDS, PURPOSES
from wanhao.pages.design.rendering import render_page
from wanhao.staff.contracts import Permission
from wanhao.workflows.check_scope import scope_of_line


@require_POST
@for_service
def counter_reveal(request: HttpRequest, serving: Serving, field: str) -> HttpResponse:
    """Show one value whole for a minute; who looked, at what and why is recorded first."""
    now = clock.now()
    who = serving.clerk.employee.employee_id
    scope = scope_of_line(who, Permission.REVEAL, serving.line, now)
    if not scope.allowed:
        return out_of_scope(request, scope)
    reason = request.POST.get("reason", "")
    note = request.POST.get("note", "").strip()
    if reason not in {one.value for one in Purpose} or (reason == Purpose.OTHER and not note):
        return _page(request, serving, field, gettext("Say why it must be seen."))
    if field not in FIELDS:
        return _page(request, serving, "", gettext("This cannot be shown."))
    told = f"{reason} {note}".strip()
    record_read(request.user, f"line {serving.line.number}", f"revealed {field}", now, reason=told)
    note_step(serving.service.service_id, NewStep(kind=StepKind.REVEALED, item=field), now)
    return _page(request, serving, field, "", revealed=field)


@require_safe
@for_service
def counter_masked(request: HttpRequest, serving: Serving, field: str) -> HttpResponse:
    """One value masked again, as a fragment; without htmx the whole page."""
    return _page(request, serving, field, "")


def _page(
    request: HttpRequest, serving: Serving, field: str, mistake: str, *, revealed: str = ""
) -> HttpResponse:
    status = 400 if mistake else 200
    asked = {"reveal_field": field, "reveal_mistake": mistake}
    if request.headers.get("HX-Request"):
        (value,) = [one for one in masked_values(serving.line, revealed) if one.field == field]
        context = {
            **asked,
            "value": value,
            "service": serving.service,
            "reasons": [(one.value, words) for one, words in PURPOSES.items()],
            "seconds": REVEALED_SECONDS,
            "still": True,
        }
        # htmx swaps no mistakes in by itself.
        return render_page(request, "counter/_masked.html", context)
    more = {**asked, "groups": item_groups("")}
    return customer_page(request, serving, "counter/customer.html", more, status, revealed=revealed)
