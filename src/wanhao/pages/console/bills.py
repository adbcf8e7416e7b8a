"""An account's bills: five months in bars, and each bill with what explains it."""

from datetime import datetime

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from wanhao.access.actions import record_read
from wanhao.billing.bills.contracts import BillView, Payer
from wanhao.billing.bills.figures import month_name
from wanhao.billing.bills.pdf import bill_name, bill_pdf, period
from wanhao.billing.bills.queries import history, shown_bill, waiting_fen
from wanhao.billing.bills.table import bill_csv
from wanhao.billing.bills.wording import sections
from wanhao.pages.console.access import for_employees, no_account_of_theirs
from wanhao.pages.design import clock
from wanhao.pages.design.bars import month_bars
from wanhao.pages.design.rendering import render_page
from wanhao.parties.contracts import Language
from wanhao.products.queries import fees
from wanhao.staff.contracts import Permission
from wanhao.values.cycle import Cycle
from wanhao.values.errors import WanhaoError
from wanhao.workflows.find_payer import find_payer


@require_safe
@for_employees
def bills(request: HttpRequest, reference: str) -> HttpResponse:
    """The last five months, and the running one apart; the reading is recorded."""
    now = clock.now()
    account_id, payer = _payer(reference)
    if refusal := _not_theirs(request, account_id):
        return refusal
    record_read(request.user, f"account {reference}", "bills", now)
    current = Cycle.of(now).number
    due = fees(current, list(payer.numbers))
    months = month_bars(history(account_id, current), _language())
    context = {
        "payer": payer,
        "numbers": list(dict.fromkeys(payer.numbers.values())),
        "months": months,
        "issued": any(month.fen is not None for month in months),
        "running": month_name(current, _language()),
        "fees_fen": sum(line.fee_fen for lines in due.values() for line in lines),
        "waiting_fen": waiting_fen([account_id]).get(account_id, 0),
        "still": True,
    }
    return render_page(request, "console/bills.html", context)


@require_safe
@for_employees
def bill(request: HttpRequest, reference: str, cycle: int) -> HttpResponse:
    """One bill, each line open to what explains it; the reading is recorded."""
    found, payer, refusal = _read(request, reference, cycle)
    if refusal:
        return refusal
    language = _language()
    context = {
        "bill": found,
        "payer": payer,
        "numbers": payer.numbers if len(payer.numbers) > 1 else {},
        "month": month_name(cycle, language),
        "period": period(cycle, language),
        "sections": sections(found.lines, language),
        "still": True,
    }
    return render_page(request, "console/bill.html", context)


@require_safe
@for_employees
def bill_file(request: HttpRequest, reference: str, cycle: str, form: str) -> HttpResponse:
    """One bill as a PDF or CSV file, in the language of the page; the reading is recorded."""
    found, payer, refusal = _read(request, reference, int(cycle))
    if refusal:
        return refusal
    language = _language()
    if form == "pdf":
        content = bill_pdf(found, payer, settings.LETTERHEAD, language)
        response = HttpResponse(content, content_type="application/pdf")
    else:
        response = HttpResponse(
            bill_csv(found, payer, language), content_type="text/csv; charset=utf-8"
        )
    name = f"{bill_name(found, payer)}.{form}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


def _read(
    request: HttpRequest, reference: str, cycle: int
) -> tuple[BillView, Payer, HttpResponse | None]:
    now: datetime = clock.now()
    account_id, payer = _payer(reference)
    refusal = _not_theirs(request, account_id)
    found = shown_bill(account_id, cycle, Cycle.of(now).number)
    if found is None:
        raise Http404
    if refusal is None:
        record_read(request.user, f"account {reference}", f"bill {cycle}", now)
    return found, payer, refusal


def _not_theirs(request: HttpRequest, account_id: int) -> HttpResponse | None:
    return no_account_of_theirs(request, Permission.READ_MONEY, account_id)


def _payer(reference: str) -> tuple[int, Payer]:
    try:
        return find_payer(reference)
    except WanhaoError as error:
        raise Http404 from error


def _language() -> Language:
    return Language.EN if (get_language() or "").startswith("en") else Language.ZH
