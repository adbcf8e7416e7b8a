"""The peer's HTTP: both providers' addresses, the cashier a customer pays at, and /control.

It listens on this machine only. POST /control takes one order: {"callbacks": "never" | "twice" |
"late" | "forged" | "amount" | "normal"} for the payments to come, {"pay": number, "fen": ...},
{"notify": number} to call again now, {"refund_notice": number}, {"down": true},
{"refuse_refunds": true}, {"drop": [numbers]}, {"change": {number: fen}}, {"add": [rows]},
{"clear": true}. What was called is in the answer.
"""

import html
import json
import threading
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from wanhao.channels.payment_peer.alipay import Alipay
from wanhao.channels.payment_peer.trades import Json, Ledger, Trade, yuan
from wanhao.channels.payment_peer.wechat import WeChat

SETTINGS = ("callbacks", "down", "refuse_refunds", "drop", "change", "add", "refund_status")
NAMES = {"wechat": "微信支付 WeChat Pay", "alipay": "支付宝 Alipay"}
PAGE = """<!doctype html><html lang="zh"><meta charset="utf-8"><title>{name}</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">
<style>body{{font:20px/1.6 system-ui;max-width:26rem;margin:3rem auto;padding:0 1rem;
text-align:center}}button{{font:inherit;min-height:56px;width:100%;margin:.5rem 0}}</style>
<h1>{name}</h1><p>演示收银台 · demo cashier, play money</p><p>{subject}</p>
<p style="font-size:2.5rem">¥{yuan}</p>{form}</html>"""
FORM = """<form method="post"><button name="act" value="pay">付款 Pay</button>
<button name="act" value="cancel">不付 Do not pay</button></form>"""


class PeerServer(ThreadingHTTPServer):
    """Both providers on a port of this machine; 0 for any free one."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, port: int, folder: Path) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.address = f"http://127.0.0.1:{self.server_address[1]}"
        self.ledger = Ledger(folder / "trades.json")
        self.wechat = WeChat(folder, self.ledger, self.address)
        self.alipay = Alipay(folder, self.ledger, self.address)

    def obey(self, order: Json) -> Json:
        """Do what a test or a visitor says; the state afterwards."""
        with self.ledger.lock:
            if order.get("clear"):
                self.ledger.faults.clear()
            self.ledger.faults |= {key: order[key] for key in SETTINGS if key in order}
            words = [word for word in ("pay", "notify", "refund_notice") if word in order]
            calls = [self._found(order[word]) for word in words]
            if "pay" in order:
                self.ledger.pay(calls[0], order.get("fen"))
        if "pay" in order:
            self.tell(calls[0])
        elif "refund_notice" in order:
            self._tell_refunds(calls[0])
        elif "notify" in order:
            self._call(calls[0], **order.get("said", {}))
        return self.ledger.state()

    def tell(self, trade: Trade) -> None:
        """Call the merchant about a payment, as well or badly as was told."""
        how = self.ledger.faults.get("callbacks", "normal")
        if how in ("never", "late"):
            return
        if how == "forged":
            self._call(trade, forged=True)
            return
        if how == "amount":
            self._call(trade, amount=trade.paid_fen + 100)
            return
        for _ in range(2 if how == "twice" else 1):
            self._call(trade)

    def _found(self, number: str) -> Trade:
        found = self.ledger.find("wechat", number) or self.ledger.find("alipay", number)
        if found is None:
            raise KeyError(number)
        return found

    def _tell_refunds(self, trade: Trade) -> None:
        for refund in trade.refunds.values():
            if trade.provider == "wechat":
                self._post(trade.notify_url, *self.wechat.refund_callback(trade, refund))
            else:
                told = {"refund_fee": yuan(refund["fen"]), "out_biz_no": refund["number"]}
                self._post(trade.notify_url, *self.alipay.notice(trade, **told))

    def _call(self, trade: Trade, *, forged: bool = False, amount: int | None = None) -> None:
        if trade.provider == "wechat":
            changed: Json = {} if amount is None else {"amount": {"total": amount}}
            headers, body = self.wechat.callback(trade, **changed)
        else:
            said = {} if amount is None else {"total_amount": yuan(amount)}
            headers, body = self.alipay.notice(trade, **said)
        if forged:
            body = body.replace(b'"ciphertext": "', b'"ciphertext": "A')
            body = body.replace(b"total_amount=", b"total_amount=9")
        self._post(trade.notify_url, headers, body)

    def _post(self, url: str, headers: dict[str, str], body: bytes) -> None:
        asked = urllib.request.Request(url, body, headers)  # noqa: S310 - the merchant's own address
        try:
            with urllib.request.urlopen(asked, timeout=10) as answer:  # noqa: S310
                status, said = answer.status, answer.read(200).decode(errors="replace")
        except urllib.error.HTTPError as error:
            status, said = error.code, error.read(200).decode(errors="replace")
        except OSError as error:
            status, said = 0, type(error).__name__
        self.ledger.told.append({"url": url, "status": status, "said": said})

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever asked has gone; that is one of the things being tried."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: PeerServer

    def log_message(self, *args: Any) -> None:
        """Say nothing for each question."""

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path.startswith("/v3/"):
            self._send(*self.server.wechat.answer("GET", self.path, dict(self.headers), b""))
        elif parts.path == "/gateway.do":
            self._send(*self.server.alipay.answer(parts.query))
        elif parts.path.startswith("/alipay-bill/"):
            self._send(200, {}, self.server.alipay.bill(Path(parts.path).stem))
        elif parts.path.startswith("/cashier/"):
            self._cashier(Path(parts.path).name, dict(parse_qsl(parts.query)))
        elif parts.path == "/control":
            self._send(200, {}, json.dumps(self.server.ledger.state()).encode())
        else:
            self._send(404, {}, b"")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = urlsplit(self.path)
        if parts.path.startswith("/v3/"):
            self._send(*self.server.wechat.answer("POST", self.path, dict(self.headers), body))
        elif parts.path == "/gateway.do":
            self._send(*self.server.alipay.answer("&".join([parts.query, body.decode()])))
        elif parts.path.startswith("/cashier/"):
            asked = dict(parse_qsl(parts.query))
            self._press(Path(parts.path).name, asked, dict(parse_qsl(body.decode())))
        elif parts.path == "/control":
            self._control(body)
        else:
            self._send(404, {}, b"")

    def _control(self, body: bytes) -> None:
        try:
            state = self.server.obey(json.loads(body or b"{}"))
        except (ValueError, KeyError, TypeError) as error:
            self._send(400, {}, f"not understood: {error!r}".encode())
            return
        self._send(200, {"Content-Type": "application/json"}, json.dumps(state).encode())

    def _cashier(self, token: str, asked: dict[str, str]) -> None:
        trade = self.server.ledger.by_token(token)
        if trade is None:
            self._send(404, {}, b"")
            return
        wrong = self._not_registered(trade, asked)
        end = "<p>已付款 Paid</p>" if trade.state == "paid" else "<p>不能付款了 Closed</p>"
        page = PAGE.format(
            name=NAMES[trade.provider],
            subject=html.escape(trade.subject),
            yuan=yuan(trade.fen),
            form=f"<p>{wrong}</p>" if wrong else FORM if trade.payable else end,
        )
        self._send(200, {"Content-Type": "text/html; charset=utf-8"}, page.encode())

    def _not_registered(self, trade: Trade, asked: dict[str, str]) -> str:
        """As WeChat on a phone: who comes from, and goes back to, the merchant's domain only."""
        if "prepay_id" not in asked:
            return ""
        came_from = self.headers.get("Referer", "")
        if not came_from:
            return "商家参数格式有误，请联系商家解决"
        back = asked.get("redirect_url", came_from)
        known = all(_domain(one) == _domain(trade.notify_url) for one in (came_from, back))
        return "" if known else "商家存在未配置的参数，请联系商家解决"

    def _press(self, token: str, asked: dict[str, str], given: dict[str, str]) -> None:
        trade = self.server.ledger.by_token(token)
        if trade is None:
            self._send(404, {}, b"")
            return
        if given.get("act") == "pay":
            with self.server.ledger.lock:
                paying = trade.payable
                if paying:
                    self.server.ledger.pay(trade)
            if paying:
                threading.Thread(target=self.server.tell, args=(trade,), daemon=True).start()
        if "redirect_url" in asked:
            self._send(303, {"Location": asked["redirect_url"]}, b"")
        elif trade.return_url:
            known = urlencode({"out_trade_no": trade.number})
            self._send(303, {"Location": f"{trade.return_url}?{known}"}, b"")
        else:
            self._send(303, {"Location": f"/cashier/{token}"}, b"")

    def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _domain(address: str) -> str:
    """The name of a host; this machine has two."""
    name = urlsplit(address).hostname or ""
    return "localhost" if name == "127.0.0.1" else name
