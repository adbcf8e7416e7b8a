"""WeChat Pay's API v3, as its public documents describe it; written without a client's code.

Requests carry `Authorization: WECHATPAY2-SHA256-RSA2048 ...` over method, path with query,
timestamp, nonce and body; answers and callbacks are signed by the platform's key over timestamp,
nonce and body; a callback's resource is sealed with AES-256-GCM.
"""

import base64
import gzip
import hashlib
import json
import re
import secrets
import time
from datetime import datetime
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256

from wanhao.channels.payment_peer import keys
from wanhao.channels.payment_peer.trades import SHANGHAI, Json, Ledger, Trade, yuan

SCHEME = "WECHATPAY2-SHA256-RSA2048"
FIELD = re.compile(r'(\w+)="([^"]*)"')
OLDEST_SECONDS = 300
STATES = {"waiting": "NOTPAY", "paid": "SUCCESS", "closed": "CLOSED"}
HEAD = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,"
    "付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,"
    "退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注"
)
TOTALS = (
    "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
)
Answer = tuple[int, dict[str, str], bytes]


class WeChat:
    """Answers a merchant's requests and makes the callbacks."""

    def __init__(self, folder: Path, ledger: Ledger, address: str) -> None:
        self._merchant = keys.public_key(folder, "wechat-merchant")
        self._platform = keys.private_key(folder, "wechat-platform")
        self._sealing = AESGCM(keys.api_key(folder).encode())
        self._ledger, self._address = ledger, address

    def answer(self, method: str, path: str, headers: Json, body: bytes) -> Answer:
        """What WeChat says to a request; 401 when it is not signed by the merchant."""
        if not self._signed(method, path, headers.get("Authorization", ""), body):
            return self._no(401, "SIGN_ERROR", "signature, nonce or time is wrong")
        parts = urlsplit(path)
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        with self._ledger.lock:
            if self._ledger.faults.get("down"):
                return self._no(500, "SYSTEM_ERROR", "told to be down")
            asked = json.loads(body) if body else {}
            return self._route(method, parts.path, query, asked)

    def callback(self, trade: Trade, **changed: object) -> tuple[dict[str, str], bytes]:
        """Headers and body of the notice that a trade was paid."""
        return self._sealed("TRANSACTION.SUCCESS", self._trade(trade) | changed, "transaction")

    def refund_callback(self, trade: Trade, refund: Json) -> tuple[dict[str, str], bytes]:
        """Headers and body of the notice that a refund went through."""
        told = self._refund(trade, refund)
        told |= {"refund_status": told.pop("status"), "mchid": keys.MERCHANT}
        return self._sealed("REFUND.SUCCESS", told, "refund")

    def _route(self, method: str, path: str, query: Json, asked: Json) -> Answer:
        begun = re.fullmatch(r"/v3/pay/transactions/(native|h5)", path)
        if begun and method == "POST":
            return self._begin(asked, begun[1])
        found = re.fullmatch(r"/v3/pay/transactions/out-trade-no/([\w-]+)(/close)?", path)
        if found:
            return self._of_trade(found[1], bool(found[2]), method)
        if path == "/v3/refund/domestic/refunds" and method == "POST":
            return self._give_back(asked)
        if path == "/v3/bill/tradebill":
            return self._bill(query["bill_date"])
        if path == "/v3/billdownload/file":
            return 200, {"Content-Type": "text/plain"}, gzip.compress(self._csv(query["token"]))
        return self._no(404, "NOT_FOUND", path)

    def _begin(self, asked: Json, kind: str) -> Answer:
        if asked.get("mchid") != keys.MERCHANT or asked.get("appid") != keys.APP:
            return self._no(400, "PARAM_ERROR", "merchant or application is not known")
        if kind == "h5" and not asked.get("scene_info", {}).get("payer_client_ip"):
            return self._no(400, "PARAM_ERROR", "scene_info")
        trade = self._ledger.begin(
            Trade(
                provider="wechat",
                number=asked["out_trade_no"],
                fen=int(asked["amount"]["total"]),
                subject=asked["description"],
                notify_url=asked["notify_url"],
                expires=datetime.fromisoformat(asked["time_expire"]).timestamp(),
            )
        )
        if trade is None:
            return self._no(400, "INVALID_REQUEST", "the number was used for another order")
        if trade.state != "waiting":
            return self._no(400, "ORDERPAID", "it is not waiting")
        address = f"{self._address}/cashier/{trade.token}"
        if kind == "native":
            return self._yes({"code_url": address})
        return self._yes({"h5_url": f"{address}?{urlencode({'prepay_id': trade.token})}"})

    def _of_trade(self, number: str, closing: bool, method: str) -> Answer:
        trade = self._ledger.find("wechat", number)
        if trade is None:
            return self._no(404, "ORDER_NOT_EXIST", "no such order")
        if not closing:
            return self._yes(self._trade(trade))
        if method != "POST":
            return self._no(405, "METHOD", "POST")
        if trade.state == "paid":
            return self._no(400, "ORDERPAID", "it is paid")
        self._ledger.close(trade)
        return self._answered(204, b"")

    def _give_back(self, asked: Json) -> Answer:
        trade = self._ledger.find("wechat", asked["out_trade_no"])
        if trade is None:
            return self._no(404, "RESOURCE_NOT_EXISTS", "no such order")
        if self._ledger.faults.get("refuse_refunds"):
            return self._no(403, "NOT_ENOUGH", "the merchant's balance does not cover it")
        refund = self._ledger.refund(trade, asked["out_refund_no"], int(asked["amount"]["refund"]))
        if refund is None or int(asked["amount"]["total"]) != trade.fen:
            return self._no(400, "INVALID_REQUEST", "more than is left, or another amount")
        return self._yes(self._refund(trade, refund))

    def _bill(self, day: str) -> Answer:
        if not self._ledger.rows("wechat", day):
            return self._no(400, "NO_STATEMENT_EXIST", "nothing was traded")
        digest = hashlib.sha1(self._csv(day), usedforsecurity=False).hexdigest()
        address = f"{self._address}/v3/billdownload/file?token={day}"
        return self._yes({"hash_type": "SHA1", "hash_value": digest, "download_url": address})

    def _csv(self, day: str) -> bytes:
        rows = self._ledger.rows("wechat", day)
        lines = [HEAD, *(_line(row) for row in rows), TOTALS]
        paid = sum(row["fen"] for row in rows if not row["refund"])
        gone = sum(row["fen"] for row in rows if row["refund"])
        fees = sum(row["fee"] for row in rows)
        sums = (str(len(rows)), yuan(paid), yuan(gone), "0.00", yuan(fees), yuan(paid))
        lines.append(",".join(f"`{value}" for value in (*sums, yuan(gone))))
        return ("\ufeff" + "\r\n".join(lines) + "\r\n").encode()

    def _trade(self, trade: Trade) -> Json:
        told: Json = {
            "appid": keys.APP,
            "mchid": keys.MERCHANT,
            "out_trade_no": trade.number,
            "trade_state": "REFUND" if trade.refunds else STATES[trade.state],
            "trade_state_desc": trade.state,
        }
        if trade.state == "paid":
            told |= {
                "transaction_id": trade.transaction,
                "trade_type": "NATIVE",
                "success_time": datetime.fromtimestamp(trade.paid, SHANGHAI).isoformat(),
                "amount": {"total": trade.paid_fen, "payer_total": trade.paid_fen},
            }
        return told

    def _refund(self, trade: Trade, refund: Json) -> Json:
        return {
            "refund_id": refund["id"],
            "out_refund_no": refund["number"],
            "transaction_id": trade.transaction,
            "out_trade_no": trade.number,
            "status": self._ledger.faults.get("refund_status", "SUCCESS"),
            "amount": {"total": trade.fen, "refund": refund["fen"]},
        }

    def _sealed(self, event: str, told: Json, kind: str) -> tuple[dict[str, str], bytes]:
        nonce = secrets.token_hex(6)
        sealed = self._sealing.encrypt(nonce.encode(), json.dumps(told).encode(), kind.encode())
        body = json.dumps(
            {
                "id": secrets.token_hex(16),
                "create_time": datetime.now(SHANGHAI).isoformat(),
                "resource_type": "encrypt-resource",
                "event_type": event,
                "summary": "支付成功",
                "resource": {
                    "original_type": kind,
                    "algorithm": "AEAD_AES_256_GCM",
                    "ciphertext": base64.b64encode(sealed).decode(),
                    "associated_data": kind,
                    "nonce": nonce,
                },
            },
            ensure_ascii=False,
        ).encode()
        return {"Content-Type": "application/json"} | self._signature(body), body

    def _signed(self, method: str, path: str, told: str, body: bytes) -> bool:
        scheme, _, rest = told.partition(" ")
        said = dict(FIELD.findall(rest))
        fresh = abs(time.time() - int(said.get("timestamp", "0"))) <= OLDEST_SECONDS
        known = (said.get("mchid"), said.get("serial_no")) == (keys.MERCHANT, keys.SERIAL)
        nonce = said.get("nonce_str", "")
        if scheme != SCHEME or not fresh or not known or nonce in self._ledger.nonces:
            return False
        self._ledger.nonces.add(nonce)
        text = f"{method}\n{path}\n{said['timestamp']}\n{nonce}\n".encode() + body + b"\n"
        try:
            signature = base64.b64decode(said["signature"])
            self._merchant.verify(signature, text, PKCS1v15(), SHA256())
        except (InvalidSignature, ValueError):
            return False
        return True

    def _signature(self, body: bytes) -> dict[str, str]:
        stamp, nonce = str(int(time.time())), secrets.token_hex(16)
        text = f"{stamp}\n{nonce}\n".encode() + body + b"\n"
        signature = self._platform.sign(text, PKCS1v15(), SHA256())
        return {
            "Wechatpay-Timestamp": stamp,
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Signature": base64.b64encode(signature).decode(),
            "Wechatpay-Serial": keys.PLATFORM_KEY_ID,
            "Wechatpay-Signature-Type": SCHEME,
        }

    def _yes(self, told: Json) -> Answer:
        return self._answered(200, json.dumps(told, ensure_ascii=False).encode())

    def _no(self, status: int, code: str, message: str) -> Answer:
        return self._answered(status, json.dumps({"code": code, "message": message}).encode())

    def _answered(self, status: int, body: bytes) -> Answer:
        headers = {"Content-Type": "application/json; charset=utf-8"} | self._signature(body)
        return status, headers, body


def _line(row: Json) -> str:
    refund = row["refund"]
    values = [row["at"], keys.APP, keys.MERCHANT, "0", "", row["trade"], row["number"], "o-demo"]
    values += ["NATIVE", "REFUND" if refund else "SUCCESS", "OTHERS", "CNY"]
    values += ["0.00" if refund else yuan(row["fen"]), "0.00"]
    values += [row["transaction"] if refund else "0", refund or "0"]
    values += [yuan(row["fen"]) if refund else "0.00", "0.00"]
    values += ["ORIGINAL" if refund else "", "SUCCESS" if refund else "", row["subject"], ""]
    values += [f"{yuan(row['fee'])}000", "0.60%", yuan(row["fen"]), "0.00", ""]
    return ",".join(f"`{value}" for value in values)
