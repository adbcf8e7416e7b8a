"""Ask, confirm, decline: one set of views for every door with pages.

A view of a door finds out who asks, and hands the rest over to these.
"""

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from pydantic import ValidationError

from wanhao.menu import actions
from wanhao.menu.contracts import Asker, MenuItem, Question, RefusedError, Reply, ReplyKind
from wanhao.menu.input_words import words_of
from wanhao.menu.levels import needed
from wanhao.menu.queries import item_of
from wanhao.menu.wording import pick
from wanhao.pages.asking.choices import choices_of
from wanhao.pages.asking.desk import Desk
from wanhao.pages.asking.fields import errors_of, fields_of, sources_of
from wanhao.pages.asking.replies import shown_reply
from wanhao.pages.design import clock

ALL = ""
"""Under this name errors stand that are about all fields together."""


def ask_view(request: HttpRequest, desk: Desk, asker: Asker, code: str) -> HttpResponse:
    """An item: its form, and what came of it once it was asked.

    What only reads is asked at once where nothing must be filled in, and its address can be kept.
    Everything else is asked by POST; its form may come filled in. What is to be paid goes on at
    the door's page for that, once an amount is known.
    """
    item, now = item_here(code, asker), clock.now()
    posted = request.method == "POST"
    given = given_to(item, request.POST if posted else request.GET)
    if asker.level < needed(item, asker.door):
        reply = actions.ask(Question(item=code, given=given, asker=asker), now)
        return _page(request, desk, asker, item, given, reply=reply)
    asked = posted or (item.reads_only and (bool(given) or not _required(item)))
    if not asked:
        return _page(request, desk, asker, item, given)
    if errors := wrong_with(item, given, asker):
        return _page(request, desk, asker, item, given, errors=errors, status=400)
    reply = actions.ask(Question(item=code, given=given, asker=asker), now)
    if reply.kind is ReplyKind.REFUSED and not (posted or given):
        # Nobody asked yet, but came to the page: the form says what is wanted.
        return _page(request, desk, asker, item, given)
    if reply.to_pay and reply.to_pay.amount_fen and (there := desk.pay_url(reply.to_pay)):
        return HttpResponseRedirect(there)
    return _page(request, desk, asker, item, given, reply=reply)


def confirm_view(request: HttpRequest, desk: Desk, asker: Asker, code: str) -> HttpResponse:
    """The yes to what was proposed, by its nonce; a second one shows what came of the first."""
    item = item_here(code, asker)
    if asker.level < needed(item, asker.door):
        reply = actions.ask(Question(item=code, given={}, asker=asker), clock.now())
    else:
        reply = actions.confirm(asker, clock.now(), nonce=request.POST.get("nonce") or "none")
    return _page(request, desk, asker, item, {}, reply=reply)


def decline_view(request: HttpRequest, desk: Desk, asker: Asker, code: str) -> HttpResponse:
    """The no: nothing waits any more."""
    item_here(code, asker)
    actions.decline(asker, clock.now())
    return HttpResponseRedirect(desk.back_url())


def item_here(code: str, asker: Asker) -> MenuItem[Any]:
    """The item, where it can be asked for at this door; Http404 where not."""
    try:
        item = item_of(code)
    except RefusedError as error:
        raise Http404 from error
    if asker.door not in item.doors:
        raise Http404
    return item


def given_to(item: MenuItem[Any], sent: QueryDict) -> dict[str, str]:
    """What was filled in, by field; what was left empty is not given."""
    filled = {name: sent.get(name, "").strip() for name in item.inputs.model_fields}
    return {name: value for name, value in filled.items() if value}


def wrong_with(item: MenuItem[Any], given: Mapping[str, str], asker: Asker) -> dict[str, str]:
    """What is wrong with each field; empty where nothing is."""
    try:
        item.inputs.model_validate(dict(given))
    except ValidationError as error:
        return errors_of(item, error, asker.language)
    except RefusedError as refusal:
        return {ALL: refusal.said(asker.language)}
    return {}


def _page(
    request: HttpRequest,
    desk: Desk,
    asker: Asker,
    item: MenuItem[Any],
    given: Mapping[str, str],
    *,
    reply: Reply | None = None,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    may = asker.level >= needed(item, asker.door)
    choices = choices_of(sources_of(item), asker, clock.now()) if may else {}
    context = {
        "item": item,
        "name": pick(asker.language, (item.zh, item.en)),
        "says": pick(asker.language, item.says),
        "fields": fields_of(item, asker.language, given, errors or {}, choices) if may else (),
        "nothing": _nothing(item, choices, asker),
        "wrong": (errors or {}).get(ALL, ""),
        "reply": shown_reply(reply, desk, item, _kept(item, given), asker) if reply else None,
        "form_url": desk.item_url(item.code),
        "back_url": desk.back_url(),
        "still": True,
    }
    return desk.render(request, desk.template, context, status)


def _nothing(item: MenuItem[Any], choices: Mapping[str, Any], asker: Asker) -> str:
    """What is said instead of the form where there is nothing to choose from."""
    said = (pick(asker.language, words_of(item.code, name).none) for name in choices)
    return next((one for one, found in zip(said, choices.values(), strict=True) if not found), "")


def _kept(item: MenuItem[Any], given: Mapping[str, str]) -> dict[str, str]:
    """What of it may stand in an address."""
    return {name: one for name, one in given.items() if not words_of(item.code, name).secret}


def _required(item: MenuItem[Any]) -> bool:
    return any(one.is_required() for one in item.inputs.model_fields.values())
