"""Disputed records: what waits, one with all that is known of it, and settling it."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from wanhao.access.actions import record_read
from wanhao.billing.orders.amounts import fen_of
from wanhao.billing.ports import Billing, billing_source
from wanhao.menu.wording import pick, service, zone
from wanhao.pages.console.access import for_employees, lines_of_theirs, no_account_of_theirs
from wanhao.pages.console.acting import back, person, said
from wanhao.pages.design import clock
from wanhao.pages.design.language import language_of_page
from wanhao.pages.design.record_words import OUTCOMES, REASONS, amount
from wanhao.pages.design.rendering import render_page
from wanhao.parties.contracts import LineView
from wanhao.parties.queries import account_references, lines_live_or_ended
from wanhao.staff.contracts import Permission
from wanhao.usage.disputes import (
    DisputeOutcome,
    DisputeView,
    Settlement,
    dispute_by_id,
    open_disputes,
    settled_disputes,
)
from wanhao.values.errors import WanhaoError
from wanhao.values.msisdn import Msisdn
from wanhao.workflows.settle_dispute import account_of_dispute, most_refund_fen, settle_dispute

SAID: dict[str, str | Promise] = {
    "settled": _("Settled. The customer reads the answer under my requests.")
}
Row = dict[str, Any]


@require_safe
@for_employees
def disputes(request: HttpRequest) -> HttpResponse:
    """What waits to be settled and what was settled lately, as far as one's roles reach."""
    context = {
        "open": [_row(one) for one in _theirs(request, open_disputes())],
        "settled": [_row(one) for one in _theirs(request, settled_disputes())],
        "said": said(request, SAID),
        "still": True,
    }
    return render_page(request, "console/disputes.html", context)


@require_safe
@for_employees
def dispute(request: HttpRequest, dispute_id: int) -> HttpResponse:
    """One dispute with its record; the reading is recorded."""
    refused = no_account_of_theirs(request, Permission.READ_MONEY, _account(dispute_id))
    return refused or _page(request, dispute_id)


@require_POST
@for_employees
def dispute_settle(request: HttpRequest, dispute_id: int) -> HttpResponse:
    """Say what was found, and give back what was charged too much, within one's roles."""
    given = request.POST.get("refund", "").strip()
    needed = Permission.REFUND if given else Permission.SERVE
    refused = no_account_of_theirs(request, needed, _account(dispute_id))
    if refused is not None:
        return refused
    try:
        settle_dispute(_settlement(request, dispute_id, given), clock.now(), by=person(request))
    except WanhaoError as mistake:
        return _page(request, dispute_id, mistake)
    return back(reverse("disputes"), "settled")


def _settlement(request: HttpRequest, dispute_id: int, given: str) -> Settlement:
    outcome, refund = request.POST.get("outcome", ""), fen_of(given) if given else 0
    if outcome not in set(DisputeOutcome):
        raise WanhaoError("What was found is missing.", "Choose whether the record is right.")
    if refund is None:
        raise WanhaoError("This is no amount.", "Write it in yuan, as 50 or 50.50.")
    return Settlement(
        dispute_id=dispute_id,
        outcome=DisputeOutcome(outcome),
        answer=request.POST.get("answer", ""),
        refund_fen=refund,
    )


def _theirs(request: HttpRequest, found: Sequence[DisputeView]) -> list[DisputeView]:
    """Those of customers whom the reader's roles reach; in the demo all."""
    reached = lines_of_theirs(request, Permission.READ_MONEY, _lines(found).values())
    return [one for one in found if one.line_id in reached]


def _lines(found: Iterable[DisputeView]) -> dict[int, LineView]:
    asked = {one.line_id for one in found}
    return {line.line_id: line for line, _live in lines_live_or_ended(asked)}


def _account(dispute_id: int) -> int:
    found = account_of_dispute(dispute_id)
    if found is None:
        raise Http404
    return found


def _page(
    request: HttpRequest, dispute_id: int, mistake: WanhaoError | None = None
) -> HttpResponse:
    one = dispute_by_id(dispute_id)
    if one is None:
        raise Http404
    record_read(request.user, f"line {one.number}", f"dispute {dispute_id}", clock.now())
    account_id = _account(dispute_id)
    context = {
        **_row(one),
        "account": account_references([account_id]).get(account_id, ""),
        "outcomes": [
            (found.value, pick(language_of_page(), words)) for found, words in OUTCOMES.items()
        ],
        "most_fen": most_refund_fen(one),
        "foreign": billing_source().billing is Billing.FOREIGN,
        "typed": {name: request.POST.get(name, "") for name in ("outcome", "answer", "refund")},
        "mistake": mistake,
        "still": True,
    }
    return render_page(request, "console/dispute.html", context, 400 if mistake else 200)


def _row(one: DisputeView) -> Row:
    language = language_of_page()
    return {
        "dispute": one,
        "number": Msisdn(one.number).masked,
        "what": service(one.service, language),
        "where": zone(one.zone, language),
        "amount": amount(one.service, one.quantity, language),
        "why": pick(language, REASONS[one.reason]),
        "outcome": pick(language, OUTCOMES[one.outcome]) if one.outcome else "",
    }
