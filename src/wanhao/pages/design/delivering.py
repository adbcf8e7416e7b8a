"""How files and pages travel: compressed where that is safe, and kept where they cannot change."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.views.decorators.http import condition, require_safe
from whitenoise.middleware import WhiteNoiseMiddleware

from wanhao.pages.design.bundles import bundle_of, kind_of
from wanhao.pages.design.static_addresses import VERSION, version_of

A_MINUTE = 60
A_YEAR = 365 * 24 * 3600
WORTH_IT = ("text/", "application/javascript", "application/json", "application/manifest+json")


class StaticFiles(WhiteNoiseMiddleware):  # type: ignore[misc]
    """Static files; one asked for by the address of its very contents may be kept for a year."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        name = request.path_info.removeprefix(self.static_prefix)
        if name == request.path_info:
            return self._other(request)
        response = bundle(request, name) if bundle_of(name) else self._other(request)
        if (asked := request.GET.get(VERSION)) and asked == version_of(name):
            response["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
        return response

    def _other(self, request: HttpRequest) -> HttpResponseBase:
        response: HttpResponseBase = super().__call__(request)
        return response


@require_safe
@condition(etag_func=lambda _, name: f'"{version_of(name)}"')
def bundle(request: HttpRequest, name: str) -> HttpResponse:
    """Files that travel as one."""
    response = HttpResponse(bundle_of(name), content_type=kind_of(name))
    response["Cache-Control"] = f"public, max-age={A_MINUTE}"
    return response


class Compressing(GZipMiddleware):
    """Texts go compressed, with a random length added against guessing from lengths (BREACH).

    What says no-transform, as the stream of events, goes as it is.
    """

    def process_response(self, request: HttpRequest, response: Any) -> Any:
        kind = response.get("Content-Type", "")
        as_it_is = "no-transform" in response.get("Cache-Control", "")
        wanted = kind.startswith(WORTH_IT) or "svg" in kind
        if request.method != "GET" and response.streaming:
            wanted = False
        if as_it_is or not wanted or response.status_code == 304:
            return response
        return super().process_response(request, response)
