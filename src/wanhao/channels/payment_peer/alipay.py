"""Alipay's open gateway, as its public documents describe it; written without a client's code.

Requests are signed with RSA2 over all parameters but the signature, sorted and joined; answers over
the very characters of the answer's object; notices over all but `sign` and `sign_type`.
"""

import base64
import io
import json
import secrets
import zipfile
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from wanhao.channels.payment_peer import keys
from wanhao.channels.payment_peer.trades import SHANGHAI, Json, Ledger, Trade, yuan

TIME = "%Y-%m-%d %H:%M:%S"
STATES = {"waiting": "WAIT_BUYER_PAY", "paid": "TRADE_SUCCESS", "closed": "TRADE_CLOSED"}
COLUMNS = (
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,"
    "对方账户,订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,"
    "券核销金额（元）,券名称,商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,"
    "分润（元）,备注"
)
LATEST = timedelta(minutes=15)
Answer = tuple[int, dict[str, str], bytes]


class Alipay:
    """Answers an application's requests and makes the notices."""

    def __init__(self, folder: Path, ledger: Ledger, address: str) -> None:
        self._app = keys.public_key(folder, "alipay-app")
        self._platform = keys.private_key(folder, "alipay-platform")
        self._ledger, self._address = ledger, address

    def answer(self, query: str) -> Answer:
        """What the gateway says to a request, signed; the cashier's address for a page."""
        given = dict(parse_qsl(query, keep_blank_values=True))
        method = given.get("method", "")
        wrong = self._wrong(given)
        if wrong:
            return self._said(method, {"code": "40002", "msg": "Invalid", "sub_code": wrong})
        asked = json.loads(given["biz_content"])
        with self._ledger.lock:
            if self._ledger.faults.get("down"):
                return 500, {}, b""
            if method == "alipay.trade.wap.pay":
                return self._page(given, asked)
            return self._said(method, self._route(method, given, asked))

    def notice(self, trade: Trade, **changed: str) -> tuple[dict[str, str], bytes]:
        """Headers and body of the notice that a trade was paid."""
        told = self._trade(trade) | {
            "app_id": keys.ALIPAY_APP,
            "notify_id": secrets.token_hex(16),
            "notify_time": datetime.now(SHANGHAI).strftime(TIME),
            "notify_type": "trade_status_sync",
            "charset": "utf-8",
            "version": "1.0",
        }
        told |= changed
        told |= {"sign": self._sign(_joined(told)), "sign_type": "RSA2"}
        return {"Content-Type": "application/x-www-form-urlencoded"}, urlencode(told).encode()

    def bill(self, day: str) -> bytes:
        """The zip of a day's trade bill."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bundle:
            bundle.writestr(f"{day}_业务明细.csv", self._csv(day).encode("gb18030"))
            bundle.writestr(f"{day}_业务明细(汇总).csv", "#汇总\r\n".encode("gb18030"))
        return packed.getvalue()

    def _wrong(self, given: dict[str, str]) -> str:
        signature = given.get("sign", "")
        told = {key: value for key, value in given.items() if key != "sign"}
        if given.get("app_id") != keys.ALIPAY_APP or given.get("sign_type") != "RSA2":
            return "isv.invalid-app-id"
        try:
            at = datetime.strptime(given["timestamp"], TIME).replace(tzinfo=SHANGHAI)
            decoded = base64.b64decode(signature)
            self._app.verify(decoded, _joined(told).encode(), PKCS1v15(), SHA256())
        except (InvalidSignature, ValueError, KeyError):
            return "isv.invalid-signature"
        late = abs(datetime.now(SHANGHAI) - at) > LATEST
        return "isv.invalid-timestamp" if late and not self._ledger.faults.get("any_time") else ""

    def _route(self, method: str, given: dict[str, str], asked: Json) -> Json:
        if method == "alipay.trade.precreate":
            trade = self._begin(given, asked)
            if trade is None:
                return _failed("ACQ.CONTEXT_INCONSISTENT")
            address = f"{self._address}/cashier/{trade.token}"
            return _done({"out_trade_no": trade.number, "qr_code": address})
        if method == "alipay.data.dataservice.bill.downloadurl.query":
            return self._bill(asked["bill_date"])
        trade = self._ledger.find("alipay", asked["out_trade_no"])
        if trade is None:
            return _failed("ACQ.TRADE_NOT_EXIST")
        return self._of_trade(method, trade, asked)

    def _of_trade(self, method: str, trade: Trade, asked: Json) -> Json:
        if method == "alipay.trade.query":
            return _done(self._trade(trade))
        if method == "alipay.trade.close":
            return self._close(trade)
        if method == "alipay.trade.refund":
            return self._refund(trade, asked)
        return _failed("isv.invalid-method")

    def _page(self, given: dict[str, str], asked: Json) -> Answer:
        trade = self._begin(given, asked)
        if trade is None:
            return 400, {}, b"the number was used for another order"
        return 302, {"Location": f"{self._address}/cashier/{trade.token}"}, b""

    def _begin(self, given: dict[str, str], asked: Json) -> Trade | None:
        expires = datetime.strptime(asked["time_expire"], TIME).replace(tzinfo=SHANGHAI)
        return self._ledger.begin(
            Trade(
                provider="alipay",
                number=asked["out_trade_no"],
                fen=_fen(asked["total_amount"]),
                subject=asked["subject"],
                notify_url=given["notify_url"],
                return_url=given.get("return_url", ""),
                expires=expires.timestamp(),
            )
        )

    def _close(self, trade: Trade) -> Json:
        if trade.state == "paid":
            return _failed("ACQ.TRADE_STATUS_ERROR")
        self._ledger.close(trade)
        return _done({"out_trade_no": trade.number})

    def _refund(self, trade: Trade, asked: Json) -> Json:
        if self._ledger.faults.get("refuse_refunds"):
            return _failed("ACQ.SELLER_BALANCE_NOT_ENOUGH")
        fen = _fen(asked["refund_amount"])
        made = self._ledger.refund(trade, asked["out_request_no"], fen)
        if made is None:
            return _failed("ACQ.REFUND_AMT_NOT_EQUAL_TOTAL")
        return _done(
            {
                "out_trade_no": trade.number,
                "trade_no": trade.transaction,
                "fund_change": "Y",
                "refund_fee": yuan(trade.refunded_fen),
            }
        )

    def _bill(self, day: str) -> Json:
        if not self._ledger.rows("alipay", day):
            return _failed("isp.bill_not_exist")
        return _done({"bill_download_url": f"{self._address}/alipay-bill/{day}.zip"})

    def _csv(self, day: str) -> str:
        rows = self._ledger.rows("alipay", day)
        return "\r\n".join(
            [
                "#支付宝业务明细查询",
                f"#账号：[{keys.ALIPAY_APP}]",
                "#-----------------------------------------业务明细列表------------------",
                COLUMNS,
                *(_line(row) for row in rows),
                "#-----------------------------------------业务明细列表结束--------------",
                f"#交易合计：{len(rows)}笔",
                "",
            ]
        )

    def _trade(self, trade: Trade) -> dict[str, str]:
        told = {"out_trade_no": trade.number, "trade_status": STATES[trade.state]}
        if trade.state == "paid":
            told |= {
                "trade_no": trade.transaction,
                "total_amount": yuan(trade.paid_fen),
                "buyer_logon_id": "cus***@demo.example",
            }
        return told

    def _said(self, method: str, told: Json) -> Answer:
        text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
        name = f"{method.replace('.', '_')}_response"
        body = f'{{"{name}":{text},"sign":"{self._sign(text)}"}}'
        return 200, {"Content-Type": "text/html;charset=utf-8"}, body.encode()

    def _sign(self, text: str) -> str:
        return base64.b64encode(self._platform.sign(text.encode(), PKCS1v15(), SHA256())).decode()


def _joined(told: dict[str, str]) -> str:
    return "&".join(f"{key}={value}" for key, value in sorted(told.items()))


def _line(row: Json) -> str:
    refund = row["refund"]
    amount = yuan(-row["fen"] if refund else row["fen"])
    values = [row["trade"], row["number"], "退款" if refund else "交易", row["subject"]]
    values += [row["at"], row["at"], "", "", "", "", "*演示(cus***@demo.example)", amount, amount]
    values += ["0.00"] * 4 + ["0.00", "", "0.00", "0.00", refund]
    values += [yuan(-row["fee"]), "0.00", ""]
    return ",".join(f"{value}\t" for value in values)


def _done(told: Json) -> Json:
    return {"code": "10000", "msg": "Success", **told}


def _failed(why: str) -> Json:
    return {"code": "40004", "msg": "Business Failed", "sub_code": why, "sub_msg": why}


def _fen(amount: str) -> int:
    whole, _, part = amount.partition(".")
    return int(whole) * 100 + int(f"{part:0<2}")
