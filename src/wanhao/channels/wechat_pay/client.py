"""WeChat Pay behind the port of payment channels.

`wechatpayv3` signs, verifies and decrypts. It is held to one gateway here, and to what it does not
look at: the age of a callback, whose key signed it, and the hash of a statement.
"""

import gzip
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests
from wechatpayv3 import WeChatPay, WeChatPayType

from wanhao.billing.order_contracts import (
    OrderView,
    RefundState,
    RefundTold,
    RefundView,
    Showing,
    StatementRow,
    Trade,
    TradeTold,
)
from wanhao.billing.orders.ports import ChannelAwayError, ChannelRefusedError
from wanhao.channels.wechat_pay.contracts import WeChatPayConfig
from wanhao.channels.wechat_pay.statement import read_statement
from wanhao.values.cycle import SHANGHAI

TIMEOUT = (3, 10)
TRADES = {
    "SUCCESS": Trade.PAID,
    "REFUND": Trade.PAID,
    "NOTPAY": Trade.WAITING,
    "USERPAYING": Trade.WAITING,
    "CLOSED": Trade.CLOSED,
    "REVOKED": Trade.CLOSED,
    "PAYERROR": Trade.CLOSED,
}
REFUNDS = {
    "SUCCESS": RefundState.DONE,
    "PROCESSING": RefundState.ASKED,
    "CLOSED": RefundState.FAILED,
    "ABNORMAL": RefundState.FAILED,
}
# Asked again later: the answer may be another one.
BUSY = frozenset({"FREQUENCY_LIMITED", "FREQUENCY_LIMIT_EXCEED", "SYSTEM_ERROR"})
NO_ORDER = frozenset({"ORDER_NOT_EXIST", "RESOURCE_NOT_EXISTS", "NOT_FOUND"})
OLDEST_SECONDS = 300
Call = Callable[[], tuple[int, Any]]


class WeChatPayChannel:
    """Implements `billing.orders.ports.PaymentChannel`."""

    def __init__(self, config: WeChatPayConfig) -> None:
        self._config = config
        self._pay = WeChatPay(
            wechatpay_type=WeChatPayType.NATIVE,
            mchid=config.merchant,
            private_key=config.private_key,
            cert_serial_no=config.serial,
            appid=config.app_id,
            apiv3_key=config.api_key,
            notify_url=config.notify_url,
            timeout=TIMEOUT,
            public_key=config.platform_key,
            public_key_id=config.platform_key_id,
        )
        # The library knows the provider's address only.
        self._pay._core._gate_way = config.url.rstrip("/")

    def begin(self, order: OrderView, payer_ip: str) -> str:
        """The text of a code, or the address of the cashier on a phone."""
        code = order.showing is Showing.CODE
        scene = {"payer_client_ip": payer_ip or "127.0.0.1", "h5_info": {"type": "Wap"}}
        answer = self._ask(
            lambda: self._pay.pay(
                description=self._config.name,
                out_trade_no=order.number,
                amount={"total": order.amount_fen, "currency": "CNY"},
                time_expire=order.expires_at.astimezone(SHANGHAI).isoformat(timespec="seconds"),
                scene_info=None if code else scene,
                pay_type=WeChatPayType.NATIVE if code else WeChatPayType.H5,
            )
        )
        return _text(answer, "code_url") if code else self._leading_back(answer, order.number)

    def _leading_back(self, answer: Mapping[str, Any], number: str) -> str:
        """The cashier's address, which leads to the order's page once it is paid or left."""
        address = _text(answer, "h5_url")
        back = urlencode({"redirect_url": f"{self._config.return_url}{number}/"})
        return f"{address}{'&' if urlsplit(address).query else '?'}{back}"

    def look_up(self, number: str) -> TradeTold:
        """What WeChat says of an order."""
        try:
            answer = self._ask(lambda: self._pay.query(out_trade_no=number))
        except _NoSuchOrderError:
            return TradeTold(number=number, trade=Trade.UNKNOWN)
        return trade_told(answer, number)

    def close(self, number: str) -> None:
        """Close it; one that WeChat never heard of or closed itself is closed."""
        try:
            self._ask(lambda: self._pay.close(out_trade_no=number))
        except _NoSuchOrderError:
            return

    def refund(self, refund: RefundView) -> RefundTold:
        """Ask for a refund, or how far it is."""
        amount = {"refund": refund.amount_fen, "total": refund.order_fen, "currency": "CNY"}
        answer = self._ask(
            lambda: self._pay.refund(
                out_refund_no=refund.number,
                out_trade_no=refund.order,
                amount=amount,
                reason=refund.reason[:80],
            )
        )
        return refund_told(answer, "status")

    def statement(self, day: date) -> Sequence[StatementRow]:
        """The trade bill of a day; WeChat has none for a day without trades."""
        try:
            told = self._ask(lambda: self._pay.trade_bill(bill_date=day.isoformat()))
        except _NoSuchOrderError:
            return ()
        address = urlsplit(_text(told, "download_url"))
        path = f"{address.path}?{address.query}"
        zipped = self._called(lambda: self._pay.download_bill(path))[1]
        try:
            plain = gzip.decompress(zipped)
        except (OSError, EOFError, TypeError) as error:
            raise _away(f"the statement cannot be unpacked: {error}") from error
        # Documented as SHA-1, of the statement unpacked.
        digest = hashlib.sha1(plain, usedforsecurity=False).hexdigest()
        if digest != _text(told, "hash_value"):
            raise _away("the statement is not the one that was announced")
        return read_statement(plain.decode("utf-8-sig"))

    def verified(
        self, headers: Mapping[str, str], body: bytes, now_epoch: int
    ) -> TradeTold | RefundTold:
        """What a callback says; ValueError when it is not WeChat's, too old, or not understood.

        `headers` are Django's META.
        """
        if headers.get("HTTP_WECHATPAY_SERIAL") != self._config.platform_key_id:
            raise ValueError("signed with a key that is not WeChat's")
        age = abs(now_epoch - int(headers.get("HTTP_WECHATPAY_TIMESTAMP", "0")))
        if age > OLDEST_SECONDS:
            raise ValueError(f"{age} seconds old")
        try:
            told = self._pay.callback(headers, body)
        except Exception as error:  # the library raises plain exceptions
            raise ValueError(f"not understood: {type(error).__name__}") from error
        if not told:
            raise ValueError("the signature is wrong")
        resource = told["resource"]
        if resource.get("mchid") != self._config.merchant:
            raise ValueError("for another merchant")
        if str(told.get("event_type", "")).startswith("REFUND."):
            return refund_told(resource, "refund_status")
        return trade_told(resource, _text(resource, "out_trade_no"))

    def _ask(self, call: Call) -> dict[str, Any]:
        """An answer that was signed; refusals and silence as the port's errors."""
        code, message = self._called(call)
        told = _read(message)
        if code in range(200, 300):
            return told
        why = str(told.get("code", ""))
        if why in NO_ORDER or why in ("ORDER_CLOSED", "NO_STATEMENT_EXIST"):
            raise _NoSuchOrderError(why)
        if code >= 500 or code == 429 or why in BUSY:
            raise _away(f"{code} {why}")
        said = str(told.get("message", ""))[:120]
        raise ChannelRefusedError(f"WeChat Pay refused: {why} {said}".strip())

    def _called(self, call: Call) -> tuple[int, Any]:
        try:
            return call()
        except requests.RequestException as error:
            raise _away(type(error).__name__) from error
        except Exception as error:  # a wrong signature is a plain Exception of the library
            raise _away(f"{type(error).__name__}: {error}"[:120]) from error


class _NoSuchOrderError(ChannelRefusedError):
    """WeChat has no such thing."""


def trade_told(told: Mapping[str, Any], number: str) -> TradeTold:
    """An order as WeChat tells it, in callbacks and answers alike; ValueError when it is none."""
    trade = TRADES.get(str(told.get("trade_state")))
    if trade is None or told.get("out_trade_no") != number:
        raise ValueError("not an order of WeChat Pay")
    amount = told.get("amount") or {}
    return TradeTold(
        number=number,
        trade=trade,
        transaction_id=str(told.get("transaction_id") or ""),
        amount_fen=int(amount.get("total") or 0),
    )


def refund_told(told: Mapping[str, Any], field: str) -> RefundTold:
    """A refund as WeChat tells it; its state has another name in callbacks than in answers."""
    state = REFUNDS.get(str(told.get(field)))
    if state is None:
        raise ValueError("not a refund of WeChat Pay")
    return RefundTold(
        number=_text(told, "out_refund_no"),
        state=state,
        refund_id=str(told.get("refund_id") or ""),
        amount_fen=int((told.get("amount") or {}).get("refund") or 0),
        said="" if state is not RefundState.FAILED else str(told.get(field)),
    )


def _text(told: Mapping[str, Any], field: str) -> str:
    found = told.get(field)
    if not isinstance(found, str) or not found:
        raise _away(f"no {field} in the answer")
    return found


def _read(message: object) -> dict[str, Any]:
    try:
        told = json.loads(message) if isinstance(message, str | bytes) and message else {}
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _away(why: str) -> ChannelAwayError:
    return ChannelAwayError(f"WeChat Pay gives no answer: {why}.", "Try again in a moment.")
