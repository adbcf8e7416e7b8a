"""Receipts of the counter: printed, and printed again."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from wanhao.access.actions import record_read
from wanhao.outlets.counter.receipts import count_copy, receipt_by_number
from wanhao.outlets.counter.serving import service_by_id
from wanhao.pages.console.access import out_of_scope
from wanhao.pages.counter.clerks import Clerk, for_clerks
from wanhao.pages.counter.receipt_pdf import Printed, receipt_pdf
from wanhao.pages.design import clock
from wanhao.pages.design.speech import masked_name, spoken
from wanhao.parties.queries import account_profiles, lines_live_or_ended
from wanhao.staff.contracts import Permission
from wanhao.staff.queries import employees_by_id
from wanhao.values.msisdn import Msisdn
from wanhao.workflows.check_scope import scope_of_line


@require_safe
@for_clerks
def counter_receipt(request: HttpRequest, clerk: Clerk, number: str) -> HttpResponse:
    """A receipt as a PDF, as often as it is wanted; each copy is counted and recorded."""
    receipt, now = receipt_by_number(number), clock.now()
    if receipt is None:
        raise Http404
    service = service_by_id(receipt.service_id)
    ((line, _live),) = lines_live_or_ended([service.line_id])
    scope = scope_of_line(clerk.employee.employee_id, Permission.SERVE, line, now)
    if not scope.allowed:
        return out_of_scope(request, scope)
    record_read(request.user, f"line {line.number}", "receipt", now, reason=number)
    served_by = employees_by_id([service.clerk_id])[service.clerk_id]
    letterhead = settings.LETTERHEAD
    printed = Printed(
        receipt=receipt,
        operator=spoken(letterhead.name_zh, letterhead.name_en),
        hall=spoken(service.hall_zh, service.hall_en),
        clerk=served_by.job_number,
        customer=masked_name(account_profiles([line.account_id])[line.account_id].customer_name),
        number=Msisdn(line.number).masked,
        copy=count_copy(receipt, now),
    )
    response = HttpResponse(receipt_pdf(printed), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="receipt-{number}.pdf"'
    response["Cache-Control"] = "no-store"
    return response
