"""E-invoices of bills: asked for once, written down before they are sent, safe to ask again."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from wanhao.billing.bills.contracts import BillLine, BillView
from wanhao.billing.bills.ports import (
    Buyer,
    EInvoice,
    EInvoiceError,
    EInvoiceIssuer,
    EInvoiceItem,
    EInvoiceRequest,
)
from wanhao.billing.bills.wording import sections
from wanhao.billing.models import Bill, IssuedEInvoice
from wanhao.parties.contracts import Language
from wanhao.values.errors import WanhaoError

RATE_PERCENT = 9
# The tax authority's short class of the item stands between stars.
CLASS = "*电信服务*"
ALL_TOGETHER = "通信服务费"
TRY_AGAIN_AFTER = timedelta(minutes=10)


def invoice_bill(bill: BillView, buyer: Buyer, issuer: EInvoiceIssuer, now: datetime) -> EInvoice:
    """The e-invoice of a bill: issued now, or the one it has.

    What is asked is kept before anything is sent, so a lost answer is asked for again under the
    same id. WanhaoError when there is nothing to invoice or it was asked for in another title;
    EInvoiceError when the issuer refused, was away, or answered something else.
    """
    kept = _asked(bill, buyer, issuer.seller_tax_id, now)
    return _told(kept) if kept.answered_at is not None else _issue(kept, issuer, now)


def ask_invoice(bill: BillView, buyer: Buyer, seller_tax_id: str, now: datetime) -> EInvoice | None:
    """Write down that a bill's e-invoice is wanted, for `issue_waiting`; the one it has, if it has.

    WanhaoError as `invoice_bill` says.
    """
    kept = _asked(bill, buyer, seller_tax_id, now)
    return _told(kept) if kept.answered_at is not None else None


def issue_waiting(issuer: EInvoiceIssuer, now: datetime) -> bool:
    """Ask the issuer for the invoice that has waited longest; whether there was one.

    Nothing is locked meanwhile: the same request id gives the same invoice. One that the issuer
    would not give now waits some minutes behind the others.
    """
    waiting = IssuedEInvoice.objects.filter(answered_at=None, next_try_at__lte=now)
    kept = waiting.order_by("next_try_at").first()
    if kept is None:
        return False
    IssuedEInvoice.objects.filter(pk=kept.pk).update(next_try_at=now + TRY_AGAIN_AFTER)
    _issue(kept, issuer, now)
    return True


def _issue(kept: IssuedEInvoice, issuer: EInvoiceIssuer, now: datetime) -> EInvoice:
    request = request_of(kept.request)
    invoice = issuer.issue(request)
    _refuse_misfit(request, invoice)
    with transaction.atomic():
        IssuedEInvoice.objects.filter(pk=kept.pk, answered_at=None).update(
            code=invoice.code, number=invoice.number, url=invoice.url, answered_at=now
        )
        return _told(IssuedEInvoice.objects.get(pk=kept.pk))


def tax_within(amount_fen: int, rate_percent: int) -> tuple[int, int]:
    """What an amount with tax is without it, rounded to the nearest fen, and the tax."""
    whole = 100 + rate_percent
    net = (amount_fen * 200 + whole) // (2 * whole)
    return net, amount_fen - net


def request_of(data: Mapping[str, Any]) -> EInvoiceRequest:
    """A request as it was written down."""
    items = tuple(EInvoiceItem(**item) for item in data["items"])
    return EInvoiceRequest(**{**data, "items": items})


def invoice_items(lines: Sequence[BillLine], rate_percent: int) -> tuple[EInvoiceItem, ...]:
    """One item for each part of a bill; one for all when a part is not above zero.

    The last item carries what rounding left, so that the items come to the whole.
    """
    parts = [(part.title, part.fen) for part in sections(lines, Language.ZH) if part.fen]
    amount = sum(fen for _, fen in parts)
    if any(fen < 0 for _, fen in parts):
        parts = [(ALL_TOGETHER, amount)]
    whole, _ = tax_within(amount, rate_percent)
    items = []
    for place, (title, fen) in enumerate(parts, start=1):
        net, _ = tax_within(fen, rate_percent)
        net = whole if place == len(parts) else net
        whole -= net
        items.append(
            EInvoiceItem(name=CLASS + title, amount_fen=fen, net_fen=net, tax_fen=fen - net)
        )
    return tuple(items)


@transaction.atomic
def _asked(view: BillView, buyer: Buyer, seller_tax_id: str, now: datetime) -> IssuedEInvoice:
    """What was asked for this bill, now or earlier."""
    if view.total_fen <= 0 or view.imported:
        raise WanhaoError(
            f"There is nothing to invoice for {view.cycle}.",
            "Bills above zero that were issued here can be invoiced.",
        )
    if not buyer.title.strip():
        raise WanhaoError("The invoice has no title.", "Give the buyer's name or company.")
    bill = Bill.objects.get(cycle=view.cycle, account_id=view.account_id)
    request = _request(view, f"bill-{bill.pk}", buyer, seller_tax_id)
    defaults = {
        "request_id": request.request_id,
        "request": asdict(request),
        "asked_at": now,
        "next_try_at": now,
    }
    kept, first = IssuedEInvoice.objects.get_or_create(bill=bill, defaults=defaults)
    asked = kept.request["buyer_title"], kept.request["buyer_tax_id"]
    if not first and asked != (request.buyer_title, request.buyer_tax_id):
        raise WanhaoError(
            f"The bill of {view.cycle} was invoiced to another title or tax id.",
            "Have that invoice reversed by its issuer first.",
        )
    return kept


def _request(view: BillView, request_id: str, buyer: Buyer, seller: str) -> EInvoiceRequest:
    net, tax = tax_within(view.total_fen, RATE_PERCENT)
    return EInvoiceRequest(
        request_id=request_id,
        seller_tax_id=seller,
        buyer_title=buyer.title.strip(),
        buyer_tax_id=buyer.tax_id.strip(),
        rate_percent=RATE_PERCENT,
        amount_fen=view.total_fen,
        net_fen=net,
        tax_fen=tax,
        items=invoice_items(view.lines, RATE_PERCENT),
    )


def _refuse_misfit(request: EInvoiceRequest, invoice: EInvoice) -> None:
    told = (invoice.request_id, invoice.amount_fen)
    if told != (request.request_id, request.amount_fen) or not invoice.number:
        raise EInvoiceError(
            f"The issuer answered {request.request_id} with an invoice that does not fit.",
            "Nothing was kept; ask the issuer what it did, then ask again.",
        )


def _told(kept: IssuedEInvoice) -> EInvoice:
    return EInvoice(
        request_id=kept.request_id,
        amount_fen=kept.request["amount_fen"],
        code=kept.code,
        number=kept.number,
        url=kept.url,
    )
