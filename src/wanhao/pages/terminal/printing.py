"""The receipt of a visit: on the terminal's printer, or as a file where it has none."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from wanhao.pages.design import clock
from wanhao.pages.terminal.guests import Guest, for_guests, render_terminal
from wanhao.pages.terminal.paper import receipt_paper
from wanhao.pages.terminal.ports import DeviceAwayError, printer
from wanhao.values.msisdn import Msisdn


@require_POST
@for_guests
def receipt(request: HttpRequest, guest: Guest) -> HttpResponse:
    """Print what was done at this visit."""
    if not guest.visit.done:
        return HttpResponseRedirect(reverse("terminal-start"))
    found, printed = printer(guest.terminal), False
    if found is not None:
        try:
            found.print_out(guest.terminal, paper_of(guest))
            printed = True
        except DeviceAwayError:
            printed = False
    context = {"printed": printed, "has_printer": found is not None}
    return render_terminal(request, guest, "terminal/receipt.html", context)


@require_safe
@for_guests
def receipt_file(request: HttpRequest, guest: Guest) -> HttpResponse:
    """The same as a file."""
    if not guest.visit.done:
        return HttpResponseRedirect(reverse("terminal-start"))
    response = HttpResponse(paper_of(guest), content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="receipt.pdf"'
    response["Cache-Control"] = "no-store"
    return response


def paper_of(guest: Guest) -> bytes:
    """The receipt of everything that was done."""
    masked = Msisdn(guest.line.number).masked if guest.line else ""
    done = guest.visit.done
    return receipt_paper(guest.terminal, done[-1].number, done, masked, clock.now())
