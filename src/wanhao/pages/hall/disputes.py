"""A record that its customer disputes: what it is, why, what happens next; and all of those."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from wanhao.menu.wording import full_day, money, pick, service
from wanhao.pages.design import clock
from wanhao.pages.design.record_words import OUTCOMES, REASONS, amount
from wanhao.pages.hall.detail import for_sure, read, wanted_of
from wanhao.pages.hall.detail_rows import key_of, row
from wanhao.pages.hall.greeting import hall_page, render_hall
from wanhao.pages.hall.visitors import Visitor
from wanhao.usage.detail_contracts import UsageDetail
from wanhao.usage.disputes import (
    DisputeReason,
    DisputeView,
    NewDispute,
    disputes_of,
    open_dispute,
)

LONGEST_WORDS = 200


@require_http_methods(["GET", "HEAD", "POST"])
@hall_page
@for_sure
def dispute(request: HttpRequest, visitor: Visitor, key: str) -> HttpResponse:
    """One record that somebody says is wrong: what it is, why, and what happens next."""
    wanted = wanted_of(request)
    found = [one for one in read(request, visitor, wanted, "dispute") if key_of(one) == key]
    if not found:
        raise Http404
    context = {
        "row": row(found[0], visitor.language),
        "reasons": _reasons(visitor),
        "query": wanted.query(),
        "bar": "hall-ask",
        "still": True,
    }
    if request.method == "POST":
        context["done"] = open_dispute(
            _disputed(found[0], visitor, request), clock.now(), by=visitor.asker().name
        )
    return render_hall(request, "hall/dispute.html", context)


@require_safe
@hall_page
def requests(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """What this line asked us to look into, and how far it is."""
    found = disputes_of(visitor.line.number, visitor.line.line_id)
    context = {
        "disputes": [_told(one, visitor) for one in found],
        "bar": "hall-service",
        "still": True,
    }
    return render_hall(request, "hall/requests.html", context)


def _disputed(one: UsageDetail, visitor: Visitor, request: HttpRequest) -> NewDispute:
    given = request.POST.get("reason", "")
    return NewDispute(
        line_id=visitor.line.line_id,
        record=one,
        reason=DisputeReason(given) if given in set(DisputeReason) else DisputeReason.OTHER,
        words=request.POST.get("words", "").strip()[:LONGEST_WORDS],
    )


def _reasons(visitor: Visitor) -> list[tuple[str, str]]:
    return [(one.value, pick(visitor.language, words)) for one, words in REASONS.items()]


def _told(one: DisputeView, visitor: Visitor) -> dict[str, object]:
    language = visitor.language
    return {
        "number": one.dispute_id,
        "what": service(one.service, language),
        "amount": amount(one.service, one.quantity, language),
        "at": one.start,
        "why": pick(language, REASONS[one.reason]),
        "words": one.words,
        "opened": full_day(one.opened_at, language),
        "closed": full_day(one.closed_at, language) if one.closed_at else "",
        "outcome": pick(language, OUTCOMES[one.outcome]) if one.outcome else "",
        "answer": one.answer,
        "refund": money(one.refund_fen) if one.refund_fen else "",
    }
