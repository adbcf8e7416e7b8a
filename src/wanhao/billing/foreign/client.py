"""Questions to a foreign billing over HTTP: bounded in time and size, repeated where it may help.

Tried again: no answer, an answer cut off, 5xx. Never tried again at once: 4xx, and answers that are
not what was agreed.
"""

import random
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
from pydantic import BaseModel, ValidationError

from wanhao.billing.foreign.answers import (
    MOST_BILLS,
    MOST_CHANGES,
    BillsPage,
    ChangesPage,
    PaymentAnswer,
)
from wanhao.billing.foreign.contracts import (
    CursorGoneError,
    OutgoingPayment,
    RefusedError,
    UnreachableError,
    WrongAnswerError,
)

MOST_OCTETS = 16 * 1024 * 1024
FIRST_PAUSE_MS = 500
LONGEST_PAUSE_MS = 8_000
LOOK_AT_THEIRS = "See that it runs and what its log says; what is agreed is in billing-source.md."
_NOT_BOOKED = frozenset({HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to wait: `seconds` without a sign of life, `overall` for one answer; `attempts`."""

    seconds: int = 10
    overall: int = 60
    attempts: int = 4


Page = TypeVar("Page", bound=BaseModel)


class _TryAgainError(Exception):
    """This attempt failed in a way that the next may not."""


def _sleep(milliseconds: int) -> None:
    time.sleep(milliseconds / 1_000)


class ForeignBillingClient:
    """Asks a foreign billing at `url`; every error is a ForeignBillingError in plain words."""

    def __init__(
        self,
        url: str,
        token: str,
        patience: Patience | None = None,
        pause: Callable[[int], object] = _sleep,
    ) -> None:
        self._patience = patience or Patience()
        self._pause = pause
        # The machine's own trust store; no proxy and no credentials from the environment.
        self._http = httpx.Client(
            base_url=url.rstrip("/"),
            headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
            timeout=self._patience.seconds,
            verify=ssl.create_default_context(),
            trust_env=False,
        )

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def changes(self, after: str) -> ChangesPage:
        """The page of changes behind a cursor; the empty cursor is the beginning."""
        asked = {"after": after, "limit": str(MOST_CHANGES)}
        page = self._get("/changes", asked, ChangesPage)
        _refuse_standstill(page, after, "/changes")
        return page

    def bills(self, cycle: int, after: str, account: str = "") -> BillsPage:
        """The page of a cycle's bills behind a cursor; of one account only where it is named."""
        asked = {"cycle": str(cycle), "after": after, "limit": str(MOST_BILLS)}
        page = self._get("/bills", asked | ({"account": account} if account else {}), BillsPage)
        _refuse_standstill(page, after, "/bills")
        if any(bill.cycle != cycle or account not in ("", bill.account) for bill in page.bills):
            raise _wrong("/bills", "it has bills that were not asked for")
        return page

    def pay(self, payment: OutgoingPayment) -> PaymentAnswer:
        """Hand a payment over; however often it is asked, they book it once per reference."""
        body = {
            "account": payment.account,
            "reference": payment.reference,
            "amount_fen": payment.amount_fen,
            "taken_at": payment.taken_at.isoformat(),
        }
        key = {"Idempotency-Key": quote(payment.reference, safe="")}
        status, answer = self._ask("POST", "/payments", json=body, headers=key)
        if status not in _NOT_BOOKED:
            self._refuse_status(status, "/payments")
        told = _understood(answer, PaymentAnswer, "/payments")
        if told.reference != payment.reference:
            raise _wrong("/payments", "it is about another payment")
        if status in _NOT_BOOKED and told.status != "refused":
            raise _wrong("/payments", f"{status} says refused, its body says {told.status}")
        return told

    def _get(self, path: str, asked: Mapping[str, str], page: type[Page]) -> Page:
        status, answer = self._ask("GET", path, params=dict(asked))
        if status == HTTPStatus.GONE:
            raise CursorGoneError("The foreign billing no longer knows the cursor of its feed.")
        self._refuse_status(status, path)
        return _understood(answer, page, path)

    def _refuse_status(self, status: int, path: str) -> None:
        if status in {HTTPStatus.OK, HTTPStatus.CREATED}:
            return
        if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            remedy = "Give the token they gave you as WANHAO_BILLING_TOKEN or _FILE."
        else:
            remedy = "Check WANHAO_BILLING_URL, and what they support of billing-source.md."
        raise RefusedError(
            f"The foreign billing answered {status} to {path}.", remedy, status=status
        )

    def _ask(self, method: str, path: str, **request: Any) -> tuple[int, bytes]:
        """The first answer that is not a failure of the moment; UnreachableError without one."""
        failure = ""
        for attempt in range(self._patience.attempts):
            if attempt:
                longest = min(FIRST_PAUSE_MS * 2 ** (attempt - 1), LONGEST_PAUSE_MS)
                self._pause(random.randint(longest // 2, longest))  # noqa: S311 - spreads load
            try:
                return self._attempt(method, path, request)
            except (_TryAgainError, httpx.TransportError) as error:
                failure = str(error) or type(error).__name__
            except httpx.DecodingError as error:
                raise _wrong(path, str(error)) from None
        raise UnreachableError(
            f"The foreign billing did not answer {path}: {failure}.", LOOK_AT_THEIRS
        )

    def _attempt(self, method: str, path: str, request: Mapping[str, Any]) -> tuple[int, bytes]:
        until = time.monotonic() + self._patience.overall
        with self._http.stream(method, path, **request) as response:
            if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
                raise _TryAgainError(f"it answered {response.status_code}")
            body = bytearray()
            for part in response.iter_bytes():
                body += part
                if len(body) > MOST_OCTETS:
                    raise _wrong(path, f"it is longer than {MOST_OCTETS} octets")
                if time.monotonic() > until:
                    raise _TryAgainError("its answer did not end in time")
            return response.status_code, bytes(body)


def _refuse_standstill(page: ChangesPage | BillsPage, after: str, path: str) -> None:
    """A page that promises more behind its own cursor would be asked for without end."""
    if page.more and page.cursor == after:
        raise _wrong(path, "it says there is more, but its cursor does not move")


def _understood(answer: bytes, page: type[Page], path: str) -> Page:
    try:
        return page.model_validate_json(answer)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise _wrong(path, f"{where}: {first['msg']}" if where else first["msg"]) from None


def _wrong(path: str, told: str) -> WrongAnswerError:
    return WrongAnswerError(
        f"The answer of the foreign billing to {path} is not what was agreed: {told}.",
        LOOK_AT_THEIRS,
    )
