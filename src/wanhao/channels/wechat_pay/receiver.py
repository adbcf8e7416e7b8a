"""Where WeChat Pay calls us. The signature is the guard: nobody signs in here."""

import logging
from collections.abc import Callable
from datetime import datetime

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from wanhao.billing.contracts import Channel
from wanhao.billing.order_contracts import Verdict
from wanhao.billing.orders.ports import found_channel
from wanhao.channels.wechat_pay.client import WeChatPayChannel
from wanhao.values.errors import WanhaoError
from wanhao.workflows.take_notice import refuse_notice, take_notice

LONGEST_BODY = 65_536

logger = logging.getLogger(__name__)


def receiver(clock: Callable[[], datetime]) -> Callable[[HttpRequest], HttpResponse]:
    """The view of a callback: 204 once it is kept, whatever became of it; 401 when it is not
    WeChat's. Anything else makes WeChat call again."""

    @csrf_exempt
    @require_POST
    def called(request: HttpRequest) -> HttpResponse:
        adapter, now = found_channel(Channel.WECHAT), clock()
        if not isinstance(adapter, WeChatPayChannel):
            return _no(404, "not connected")
        body = _body(request)
        if body is None:
            return _no(413, "too long")
        try:
            told = adapter.verified(request.META, body, int(now.timestamp()))
        except (ValueError, TypeError, KeyError, WanhaoError) as error:
            logger.warning("a callback of WeChat Pay was refused: %s", error)
            refuse_notice(Channel.WECHAT, body, Verdict.FORGED, str(error), now)
            return _no(401, "not believed")
        take_notice(Channel.WECHAT, body, told, now)
        return HttpResponse(status=204)

    return called


def _body(request: HttpRequest) -> bytes | None:
    try:
        if int(request.headers.get("Content-Length") or 0) > LONGEST_BODY:
            return None
        body = request.body
    except (RequestDataTooBig, ValueError):
        return None
    return body if len(body) <= LONGEST_BODY else None


def _no(status: int, why: str) -> HttpResponse:
    return JsonResponse({"code": "FAIL", "message": why}, status=status)
