"""A customer's own bills: five months in bars, one with what explains it, its files."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from wanhao.access.actions import record_read
from wanhao.billing.bills.contracts import BillView, Payer
from wanhao.billing.bills.figures import month_name
from wanhao.billing.bills.pdf import bill_name, bill_pdf, period
from wanhao.billing.bills.queries import history, shown_bill, waiting_fen
from wanhao.billing.bills.table import bill_csv
from wanhao.billing.bills.wording import sections
from wanhao.pages.design import clock
from wanhao.pages.design.bars import month_bars
from wanhao.pages.hall.comparing import comparisons
from wanhao.pages.hall.greeting import hall_page, render_hall
from wanhao.pages.hall.standing import use_of
from wanhao.pages.hall.visitors import Visitor
from wanhao.parties.queries import account_references
from wanhao.values.cycle import Cycle
from wanhao.workflows.find_payer import find_payer


@require_safe
@hall_page
def bills(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """The last five months, and the running one apart."""
    now, account_id = clock.now(), visitor.line.account_id
    current = Cycle.of(now).number
    use, out_of_reach = use_of(visitor.line, now)
    months = month_bars(history(account_id, current), visitor.language)
    context = {
        "months": months,
        "issued": any(one.fen is not None for one in months),
        "running": month_name(current, visitor.language),
        "use": use,
        "out_of_reach": out_of_reach,
        "waiting_fen": waiting_fen([account_id]).get(account_id, 0),
        "bar": "hall-ask",
        "still": True,
    }
    return render_hall(request, "hall/bills.html", context)


@require_safe
@hall_page
def bill(request: HttpRequest, visitor: Visitor, cycle: int) -> HttpResponse:
    """One bill, each line open to what explains it, beside the ones before it."""
    found, payer = _read(request, visitor, cycle)
    language, account_id = visitor.language, visitor.line.account_id
    current = Cycle.of(clock.now()).number
    before = shown_bill(account_id, Cycle(cycle).previous.number, current)
    context = {
        "bill": found,
        "numbers": payer.numbers if len(payer.numbers) > 1 else {},
        "month": month_name(cycle, language),
        "period": period(cycle, language),
        "sections": sections(found.lines, language),
        "comparisons": comparisons(found, before, history(account_id, current), language),
        "bar": "hall-ask",
        "still": True,
    }
    return render_hall(request, "hall/bill.html", context)


@require_safe
@hall_page
def bill_file(request: HttpRequest, visitor: Visitor, cycle: str, form: str) -> HttpResponse:
    """One bill as a PDF or CSV file, in the language of the page; recorded."""
    found, payer = _read(request, visitor, int(cycle))
    if form == "pdf":
        content = bill_pdf(found, payer, settings.LETTERHEAD, visitor.language)
        response = HttpResponse(content, content_type="application/pdf")
    else:
        written = bill_csv(found, payer, visitor.language)
        response = HttpResponse(written, content_type="text/csv; charset=utf-8")
    name = f"{bill_name(found, payer)}.{form}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


def _read(request: HttpRequest, visitor: Visitor, cycle: int) -> tuple[BillView, Payer]:
    """A bill of the visitor's own account among those that are shown; the reading is recorded."""
    now, account_id = clock.now(), visitor.line.account_id
    found = shown_bill(account_id, cycle, Cycle.of(now).number)
    if found is None:
        raise Http404
    reference = account_references([account_id])[account_id]
    record_read(request.user, f"account {reference}", f"bill {cycle} at the hall", now)
    return found, find_payer(reference)[1]
