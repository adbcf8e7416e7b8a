"""Where Alipay calls us. The signature is the guard: nobody signs in here."""

import logging
from collections.abc import Callable
from datetime import datetime

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, QueryDict
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from wanhao.billing.contracts import Channel
from wanhao.billing.order_contracts import TradeTold, Verdict
from wanhao.billing.orders.ports import found_channel
from wanhao.channels.alipay.client import AlipayChannel
from wanhao.workflows.take_notice import refuse_notice, take_notice

LONGEST_BODY = 65_536
SUCCESS, FAILURE = "success", "failure"

logger = logging.getLogger(__name__)


def receiver(clock: Callable[[], datetime]) -> Callable[[HttpRequest], HttpResponse]:
    """The view of a notice: `success` once it is kept, whatever became of it; anything else makes
    Alipay call again."""

    @csrf_exempt
    @require_POST
    def called(request: HttpRequest) -> HttpResponse:
        adapter, now = found_channel(Channel.ALIPAY), clock()
        body = _body(request)
        if not isinstance(adapter, AlipayChannel):
            return _said(FAILURE, 404)
        if body is None:
            return _said(FAILURE, 413)
        try:
            told = adapter.verified(QueryDict(body, encoding="utf-8").dict())
        except (ValueError, TypeError, SuspiciousOperation) as error:
            logger.warning("a notice of Alipay was refused: %s", error)
            refuse_notice(Channel.ALIPAY, body, Verdict.FORGED, str(error), now)
            return _said(FAILURE, 401)
        _take(body, told, now)
        return _said(SUCCESS, 200)

    return called


def _take(body: bytes, told: TradeTold | None, now: datetime) -> None:
    if told is None:
        # Refunds are told in the answer to our asking for them.
        refuse_notice(Channel.ALIPAY, body, Verdict.NOT_PAID, "a refund", now)
        return
    take_notice(Channel.ALIPAY, body, told, now)


def _body(request: HttpRequest) -> bytes | None:
    try:
        if int(request.headers.get("Content-Length") or 0) > LONGEST_BODY:
            return None
        body = request.body
    except (RequestDataTooBig, ValueError):
        return None
    return body if len(body) <= LONGEST_BODY else None


def _said(word: str, status: int) -> HttpResponse:
    return HttpResponse(word, status=status, content_type="text/plain")
