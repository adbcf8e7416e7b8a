"""The page for an address where nothing is: kindly, in the reader's language."""

from django.http import HttpRequest, HttpResponse

from wanhao.pages.design.rendering import render_page


def missing(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Says that there is no such page, and where to go on."""
    return render_page(request, "wanhao/missing.html", {"still": True}, status=404)
