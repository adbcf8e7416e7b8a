"""How files and pages travel: compressed where that is safe, and kept where they cannot change."""

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from whitenoise.middleware import WhiteNoiseMiddleware

from wanhao.pages.design.static_addresses import VERSION, version_of

A_YEAR = 365 * 24 * 3600
WORTH_IT = ("text/", "application/javascript", "application/json", "application/manifest+json")


class StaticFiles(WhiteNoiseMiddleware):  # type: ignore[misc]
    """Static files; one asked for by the address of its very contents may be kept for a year."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response: HttpResponseBase = super().__call__(request)
        asked = request.GET.get(VERSION)
        name = request.path_info.removeprefix(self.static_prefix)
        if asked and name != request.path_info and asked == version_of(name):
            response["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
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
