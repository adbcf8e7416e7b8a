"""Alipay behind the port of payment channels.

`python-alipay-sdk` signs and verifies with RSA2. It is held to one gateway here, to Alipay's clock,
and to what it does not look at: for whom a notice is.
"""

import http.client
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from urllib.request import urlopen

from alipay import AliPay
from alipay.exceptions import AliPayException, AliPayValidationError
from alipay.utils import AliPayConfig

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
from wanhao.channels.alipay.contracts import AlipayConfig
from wanhao.channels.alipay.statement import fen, read_statement, yuan
from wanhao.values.cycle import SHANGHAI

TIMEOUT_SECONDS = 10
LONGEST_STATEMENT = 200_000_000
TRADES = {
    "WAIT_BUYER_PAY": Trade.WAITING,
    "TRADE_CLOSED": Trade.CLOSED,
    "TRADE_SUCCESS": Trade.PAID,
    "TRADE_FINISHED": Trade.PAID,
}
DONE, BUSY = "10000", "20000"
NO_ORDER = "ACQ.TRADE_NOT_EXIST"
NO_STATEMENT = "isp.bill_not_exist"
TIME = "%Y-%m-%d %H:%M:%S"
Json = dict[str, Any]


class AlipayChannel:
    """Implements `billing.orders.ports.PaymentChannel`."""

    def __init__(self, config: AlipayConfig, clock: Callable[[], datetime]) -> None:
        self._config, self._clock = config, clock
        self._alipay = AliPay(
            appid=config.app_id,
            app_notify_url=config.notify_url,
            app_private_key_string=config.private_key,
            alipay_public_key_string=config.platform_key,
            sign_type="RSA2",
            config=AliPayConfig(timeout=TIMEOUT_SECONDS),
        )
        # The library knows the provider's address only.
        self._alipay._gateway = config.url

    def begin(self, order: OrderView, payer_ip: str) -> str:
        """The text of a code, or the address of the cashier on a phone."""
        asked = {
            "out_trade_no": order.number,
            "total_amount": yuan(order.amount_fen),
            "subject": self._config.name,
            "time_expire": order.expires_at.astimezone(SHANGHAI).strftime(TIME),
        }
        if order.showing is Showing.CODE:
            told = self._ask("alipay.trade.precreate", asked)
            return _text(told, "qr_code")
        query = self._alipay.client_api(
            "alipay.trade.wap.pay",
            asked | {"product_code": "QUICK_WAP_WAY"},
            timestamp=self._now(),
            return_url=f"{self._config.return_url}{order.number}/",
        )
        return f"{self._config.url}?{query}"

    def look_up(self, number: str) -> TradeTold:
        """What Alipay says of an order; one nobody scanned yet does not exist there."""
        try:
            told = self._ask("alipay.trade.query", {"out_trade_no": number})
        except _NoSuchOrderError:
            return TradeTold(number=number, trade=Trade.UNKNOWN)
        return trade_told(told, number)

    def close(self, number: str) -> None:
        """Close it; one that Alipay never heard of is closed."""
        try:
            self._ask("alipay.trade.close", {"out_trade_no": number})
        except _NoSuchOrderError:
            return

    def refund(self, refund: RefundView) -> RefundTold:
        """Refund; Alipay answers when it is done, and the same to the same request."""
        asked = {
            "out_trade_no": refund.order,
            "refund_amount": yuan(refund.amount_fen),
            "out_request_no": refund.number,
            "refund_reason": refund.reason,
        }
        told = self._ask("alipay.trade.refund", asked)
        return RefundTold(
            number=refund.number,
            state=RefundState.DONE,
            refund_id=str(told.get("trade_no") or ""),
            amount_fen=refund.amount_fen,
        )

    def statement(self, day: date) -> Sequence[StatementRow]:
        """The trade bill of a day; Alipay has none for a day without trades."""
        asked = {"bill_type": "trade", "bill_date": day.isoformat()}
        try:
            told = self._ask("alipay.data.dataservice.bill.downloadurl.query", asked)
        except _NoSuchOrderError:
            return ()
        address = _text(told, "bill_download_url")
        if not address.startswith(("https://", "http://")):
            raise _away("the statement has no address")
        try:
            with urlopen(address, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310 - checked above
                zipped = answer.read(LONGEST_STATEMENT)
        except (OSError, http.client.HTTPException) as error:
            raise _away(type(error).__name__) from error
        return read_statement(zipped)

    def verified(self, given: Mapping[str, str]) -> TradeTold | None:
        """What a notice says, None when it is of a refund, which is answered for when asked;
        ValueError when it is not Alipay's, or not ours."""
        told = dict(given)
        signature = told.pop("sign", "")
        try:
            good = self._alipay.verify(dict(told), signature)
        except Exception as error:  # the library lets through what its parts raise
            raise ValueError(f"not understood: {type(error).__name__}") from error
        if not good:
            raise ValueError("the signature is wrong")
        if told.get("app_id") != self._config.app_id:
            raise ValueError("for another application")
        if told.get("refund_fee") or told.get("gmt_refund"):
            return None
        return trade_told(told, told.get("out_trade_no", ""))

    def _ask(self, method: str, asked: Json) -> Json:
        """An answer that was signed; refusals and silence as the port's errors."""
        try:
            told: Json = self._alipay.server_api(method, asked, timestamp=self._now())
        except (AliPayException, AliPayValidationError) as error:
            # Without a good signature nothing is decided, a refusal no more than a success.
            raise _away("its answer is not signed") from error
        except (OSError, http.client.HTTPException, ValueError, KeyError) as error:
            raise _away(type(error).__name__) from error
        if told.get("code") == DONE:
            return told
        raise _refused(told)

    def _now(self) -> str:
        """Alipay's clock is Shanghai's, whatever this machine's is."""
        return self._clock().astimezone(SHANGHAI).strftime(TIME)


class _NoSuchOrderError(ChannelRefusedError):
    """Alipay has no such thing."""


def trade_told(told: Mapping[str, Any], number: str) -> TradeTold:
    """An order as Alipay tells it, in notices and answers alike; ValueError when it is none."""
    trade = TRADES.get(str(told.get("trade_status")))
    if trade is None or not number or told.get("out_trade_no") != number:
        raise ValueError("not an order of Alipay")
    return TradeTold(
        number=number,
        trade=trade,
        transaction_id=str(told.get("trade_no") or ""),
        amount_fen=fen(str(told.get("total_amount") or "0")),
    )


def _refused(told: Json) -> ChannelAwayError | ChannelRefusedError:
    """A signed answer that is no success."""
    why, code = str(told.get("sub_code", "")), str(told.get("code", ""))
    if why in (NO_ORDER, NO_STATEMENT):
        return _NoSuchOrderError(why)
    if code == BUSY or why.endswith("SYSTEM_ERROR") or why.startswith("aop."):
        return _away(f"{code} {why}")
    return ChannelRefusedError(f"Alipay refused: {why or code} {told.get('sub_msg', '')}"[:160])


def _text(told: Json, field: str) -> str:
    found = told.get(field)
    if not isinstance(found, str) or not found:
        raise _away(f"no {field} in the answer")
    return found


def _away(why: str) -> ChannelAwayError:
    return ChannelAwayError(f"Alipay gives no answer: {why}.", "Try again in a moment.")
