"""The address Prometheus reads."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe
from prometheus_client.exposition import choose_encoder

from wanhao.pages.console.access import is_employee
from wanhao.pages.design import clock
from wanhao.pages.metrics.figures import registry

SCHEME = "Bearer "


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """All figures as text, for whoever holds the token or is signed in as an employee."""
    if not (settings.DEMO or _has_token(request) or is_employee(request.user)):
        refusal = "Give the token of WANHAO_METRICS_TOKEN, as Authorization: Bearer TOKEN.\n"
        answer = HttpResponse(refusal, status=401, content_type="text/plain; charset=utf-8")
        answer["WWW-Authenticate"] = 'Bearer realm="wanhao metrics"'
        return answer
    encode, content_type = choose_encoder(request.headers.get("Accept", ""))
    response = HttpResponse(encode(registry(clock.now())), content_type=content_type)
    response["Cache-Control"] = "no-store"
    return response


def _has_token(request: HttpRequest) -> bool:
    given = request.headers.get("Authorization", "")
    wanted = settings.METRICS_TOKEN
    return bool(wanted) and constant_time_compare(given, SCHEME + wanted)
