"""What bills call outward: whoever issues e-invoices."""

from dataclasses import dataclass
from typing import Protocol

from wanhao.values.errors import WanhaoError


class EInvoiceError(WanhaoError):
    """No invoice came of it; the bill has none, and it may be asked for again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Buyer:
    """To whom an invoice is made out; a person has no tax id."""

    title: str
    tax_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EInvoiceItem:
    """One item: amounts in fen, with tax, without, and the tax itself."""

    name: str
    amount_fen: int
    net_fen: int
    tax_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EInvoiceRequest:
    """What a Chinese VAT e-invoice needs; a person has no tax id. The same id, the same invoice.

    `rate_percent` is the tax rate; amounts in fen, `amount_fen` with tax.
    """

    request_id: str
    seller_tax_id: str
    buyer_title: str
    buyer_tax_id: str
    rate_percent: int
    amount_fen: int
    net_fen: int
    tax_fen: int
    items: tuple[EInvoiceItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EInvoice:
    """An invoice as its issuer told of it: its code and number, and where its file is."""

    request_id: str
    amount_fen: int
    code: str
    number: str
    url: str


class EInvoiceIssuer(Protocol):
    """Issues e-invoices in the seller's name; asked twice with the same id it answers with the
    same invoice."""

    @property
    def seller_tax_id(self) -> str:
        """The tax id of the seller."""
        ...

    def issue(self, request: EInvoiceRequest) -> EInvoice:
        """The invoice; EInvoiceError when there is none."""
        ...


@dataclass(slots=True)
class _Chosen:
    issuer: EInvoiceIssuer | None = None


_CHOSEN = _Chosen()


def provide_issuer(issuer: EInvoiceIssuer | None) -> None:
    """Say who issues e-invoices, or that nobody does; called once when a process starts."""
    _CHOSEN.issuer = issuer


def invoice_issuer() -> EInvoiceIssuer:
    """Whoever issues e-invoices; WanhaoError where nobody does."""
    if _CHOSEN.issuer is None:
        raise WanhaoError(
            "Nobody issues e-invoices here.", "Set WANHAO_EINVOICE_URL to who does, then try again."
        )
    return _CHOSEN.issuer
