"""Who does something on a page, and what is said of it afterwards."""

from collections.abc import Mapping
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.functional import Promise

DEMO_PERSON = "demo"
DONE = "done"


def person(request: HttpRequest) -> str:
    """The login of whoever acts; in the demo, where nobody signs in, `demo`."""
    return request.user.get_username() if request.user.is_authenticated else DEMO_PERSON


def back(address: str, done: str) -> HttpResponse:
    """Go to a page that then says what was done, by a word `said` knows."""
    mark = "&" if "?" in address else "?"
    return HttpResponseRedirect(f"{address}{mark}{urlencode({DONE: done})}")


def said(request: HttpRequest, words: Mapping[str, str | Promise]) -> str | Promise:
    """What the page is to say of the last step; an address can say nothing else."""
    return words.get(request.GET.get(DONE, ""), "")
