"""An account's points: what it has, what ends when, its star and rights, and every movement."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from wanhao.access.actions import record_read
from wanhao.loyalty import queries as loyalty
from wanhao.pages.console.access import for_employees, no_account_of_theirs
from wanhao.pages.design import clock
from wanhao.pages.design.points_rows import SHOWN, right_name, standing_context, star_name
from wanhao.pages.design.points_words import REASONS
from wanhao.pages.design.rendering import render_page
from wanhao.pages.design.speech import masked_name
from wanhao.parties.queries import account_profiles, accounts_by_reference
from wanhao.staff.contracts import Permission


@require_safe
@for_employees
def points(request: HttpRequest, reference: str) -> HttpResponse:
    """The points and the star of one account; the reading is recorded."""
    account_id = accounts_by_reference([reference]).get(reference)
    if account_id is None:
        raise Http404
    if refusal := no_account_of_theirs(request, Permission.READ_MONEY, account_id):
        return refusal
    now = clock.now()
    record_read(request.user, f"account {reference}", "points", now)
    changes = loyalty.star_history(account_id, SHOWN)
    context: dict[str, Any] = {
        **standing_context(account_id, now, request.GET.get("before", "")),
        "now": now,
        "reference": reference,
        "name": masked_name(account_profiles([account_id])[account_id].customer_name),
        "changes": [
            (change, star_name(change.after), REASONS[change.reason]) for change in changes
        ],
        "uses": [(use, right_name(use.code)) for use in loyalty.right_uses(account_id, SHOWN)],
        "still": True,
    }
    return render_page(request, "console/points.html", context)
