"""Asks for e-invoices over HTTP: one JSON request, tried a few times under the same id."""

import logging
import time
from dataclasses import asdict
from typing import Any

import httpx

from wanhao.billing.bills.ports import EInvoice, EInvoiceError, EInvoiceRequest

TRIES = 3
PAUSE_MILLISECONDS = 200
TIMEOUT_SECONDS = 10
WORST_ANSWER = 100_000
AGAIN = "Ask again later: the same bill asks for the same invoice."
logger = logging.getLogger(__name__)


class HttpEInvoices:
    """An issuer behind an address; implements `ports.EInvoiceIssuer`.

    It is asked again when it is away, answers with 5xx or 429; the id makes that safe.
    """

    def __init__(self, url: str, seller_tax_id: str, *, pause_ms: int = PAUSE_MILLISECONDS) -> None:
        self._url = url.rstrip("/") + "/invoices"
        self._seller_tax_id = seller_tax_id
        self._pause_ms = pause_ms

    @property
    def seller_tax_id(self) -> str:
        """The tax id of the seller."""
        return self._seller_tax_id

    def issue(self, request: EInvoiceRequest) -> EInvoice:
        """The invoice; EInvoiceError when there is none."""
        trouble = ""
        for turn in range(TRIES):
            if turn:
                time.sleep(self._pause_ms * turn / 1000)
            try:
                answer = self._ask(request)
            except httpx.HTTPError as error:
                trouble = type(error).__name__
                continue
            if answer.status_code in (200, 201):
                return _invoice(answer)
            trouble = f"status {answer.status_code}"
            if answer.status_code < 500 and answer.status_code != 429:
                raise _refused(request, answer)
        logger.warning("e-invoice %s: %s", request.request_id, trouble)
        raise EInvoiceError(f"The issuer of e-invoices did not answer ({trouble}).", AGAIN)

    def _ask(self, request: EInvoiceRequest) -> httpx.Response:
        return httpx.post(
            self._url,
            json=asdict(request),
            headers={"Idempotency-Key": request.request_id},
            timeout=TIMEOUT_SECONDS,
        )


def _invoice(answer: httpx.Response) -> EInvoice:
    try:
        told: Any = answer.json() if len(answer.content) <= WORST_ANSWER else None
        return EInvoice(
            request_id=_text(told["request_id"]),
            amount_fen=_whole(told["amount_fen"]),
            code=_text(told["code"]),
            number=_text(told["number"]),
            url=_text(told.get("url", "")),
        )
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise EInvoiceError("The issuer of e-invoices answered something else.", AGAIN) from error


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > 500:
        raise ValueError(value)
    return value


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(value)
    return value


def _refused(request: EInvoiceRequest, answer: httpx.Response) -> EInvoiceError:
    return EInvoiceError(
        f"The issuer refused the e-invoice of {request.request_id}: {answer.text[:200]}",
        "Mend what it names, then ask again.",
    )
