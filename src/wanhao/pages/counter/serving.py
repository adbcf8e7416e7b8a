"""A customer at the counter: the work in the first column, what is asked in the second, and the
customer in the third."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from wanhao.menu.contracts import Door, ReplyKind
from wanhao.menu.groups import grouped
from wanhao.menu.queries import items_at
from wanhao.menu.wording import pick
from wanhao.outlets.counter.receipts import receipts_of_service, write_receipt
from wanhao.outlets.counter.serving import end, note_step, steps_of, words_of
from wanhao.outlets.counter_contracts import NewReceipt, NewStep, ReceiptView, StepKind
from wanhao.pages.asking.desk import Desk
from wanhao.pages.asking.replies import ShownReply
from wanhao.pages.asking.views import ask_view, confirm_view, decline_view
from wanhao.pages.console.acting import back, said
from wanhao.pages.counter.clerks import Serving, for_service
from wanhao.pages.counter.glance import document_of, glance, masked_values
from wanhao.pages.counter.words import LEVELS, SAID, STEPS
from wanhao.pages.design import clock
from wanhao.pages.design.counter_words import PURPOSES
from wanhao.pages.design.language import language_of_page
from wanhao.pages.design.rendering import render_page
from wanhao.pages.design.speech import spoken

REVEALED_SECONDS = 60
"""So long a revealed value is shown."""


@require_safe
@for_service
def counter_customer(request: HttpRequest, serving: Serving) -> HttpResponse:
    """Everything that can be done for the customer, and the customer at a glance."""
    context = {"groups": item_groups(request.GET.get("q", "")), "q": request.GET.get("q", "")}
    return customer_page(request, serving, "counter/customer.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_service
def counter_item(request: HttpRequest, serving: Serving, code: str) -> HttpResponse:
    """Ask for something on the customer's behalf."""
    return ask_view(request, desk_of(serving), serving.asker(), code)


@require_POST
@for_service
def counter_confirm(request: HttpRequest, serving: Serving, code: str) -> HttpResponse:
    """The customer said yes to what was read aloud."""
    return confirm_view(request, desk_of(serving), serving.asker(), code)


@require_POST
@for_service
def counter_decline(request: HttpRequest, serving: Serving, code: str) -> HttpResponse:
    """The customer said no."""
    return decline_view(request, desk_of(serving), serving.asker(), code)


@require_POST
@for_service
def counter_end(request: HttpRequest, serving: Serving) -> HttpResponse:
    """The customer leaves."""
    end(serving.service.service_id, clock.now())
    return back(reverse("counter"), "ended")


def desk_of(serving: Serving) -> Desk:
    """The counter as a door of the menu, with this customer before it."""

    def render(
        request: HttpRequest, template: str, context: Mapping[str, Any], status: int = 200
    ) -> HttpResponse:
        receipt = noted(request, serving, context)
        shown = {**context, "receipt": receipt}
        return customer_page(request, serving, template, shown, status)

    return Desk(
        template="counter/task.html",
        item="counter-item",
        confirm="counter-confirm",
        decline="counter-decline",
        back="counter-customer",
        step_up="counter-level",
        pay="counter-cash",
        cash=True,
        place={"service": serving.service.service_id},
        render=render,
    )


def noted(request: HttpRequest, serving: Serving, context: Mapping[str, Any]) -> ReceiptView | None:
    """Note what came of a question; what was done gets its receipt, once."""
    reply: ShownReply | None = context["reply"]
    if reply is None:
        return None
    now, service_id = clock.now(), serving.service.service_id
    item, words = context["item"], "\n".join([reply.lead, *reply.rest])
    if reply.kind is ReplyKind.TO_CONFIRM:
        step = NewStep(kind=StepKind.PROPOSED, item=item.code, words=words, reference=reply.nonce)
        note_step(service_id, step, now)
        return None
    if reply.kind is not ReplyKind.ANSWERED or item.reads_only or reply.to_pay:
        kind = StepKind.ASKED if reply.kind is ReplyKind.ANSWERED else StepKind.REFUSED
        note_step(service_id, NewStep(kind=kind, item=item.code), now)
        return None
    reference = request.POST.get("nonce") or uuid.uuid4().hex
    receipt = write_receipt(
        NewReceipt(
            service_id=service_id,
            reference=reference[:64],
            item=item.code,
            title=pick(language_of_page(), (item.zh, item.en)),
            agreed=words_of(service_id, StepKind.PROPOSED, reference),
            done=words,
        ),
        now,
    )
    if receipt.first:
        done = NewStep(kind=StepKind.DONE, item=item.code, reference=receipt.number)
        note_step(service_id, done, now)
    return receipt


def item_groups(wanted: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """What can be asked for at the counter under its headings, by a part of its name."""
    language = language_of_page()
    folded = wanted.strip().casefold()
    found = [
        one
        for one in items_at(Door.COUNTER)
        if not folded or folded in f"{one.zh} {one.en} {one.code}".casefold()
    ]
    return [
        (
            pick(language, (group.zh, group.en)),
            [(one.code, pick(language, (one.zh, one.en))) for one in under],
        )
        for group, under in grouped(found)
    ]


def customer_page(
    request: HttpRequest,
    serving: Serving,
    template: str,
    more: Mapping[str, Any],
    status: int = 200,
    *,
    revealed: str = "",
) -> HttpResponse:
    """The three columns, with something of one's own in the middle."""
    now, service = clock.now(), serving.service
    context = {
        "serving": serving,
        "service": service,
        "hall": spoken(service.hall_zh, service.hall_en),
        "level": LEVELS[service.level],
        "purpose": PURPOSES[service.purpose],
        "steps": [(STEPS[one.kind], one) for one in reversed(steps_of(service.service_id))],
        "receipts": receipts_of_service(service.service_id),
        "masked": masked_values(serving.line, revealed),
        "revealed": revealed,
        "document": document_of(serving.line),
        "reasons": [(one.value, words) for one, words in PURPOSES.items()],
        "seconds": REVEALED_SECONDS,
        "said": said(request, SAID),
        "still": True,
        **glance(serving.asker(), serving.line, now),
        **more,
    }
    return render_page(request, template, context, status=status)
