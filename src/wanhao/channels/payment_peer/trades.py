"""What both providers keep of orders, and what a test or visitor told them to do wrong."""

import json
import secrets
import threading
import time
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

SHANGHAI = timezone(timedelta(hours=8))
Json = dict[str, Any]


@dataclass(slots=True)
class Trade:
    """An order at a provider; amounts in fen, instants in epoch seconds."""

    provider: str
    number: str
    fen: int
    subject: str
    notify_url: str
    return_url: str = ""
    token: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    transaction: str = ""
    state: str = "waiting"
    expires: float = 0.0
    paid: float = 0.0
    paid_fen: int = 0
    refunds: dict[str, Json] = field(default_factory=dict)

    @property
    def refunded_fen(self) -> int:
        """What went back."""
        return sum(int(one["fen"]) for one in self.refunds.values())

    @property
    def payable(self) -> bool:
        """Whether somebody may pay it now."""
        return self.state == "waiting" and (not self.expires or time.time() < self.expires)


class Ledger:
    """Trades of both providers, kept in a file; use `lock` around it."""

    def __init__(self, path: Path) -> None:
        self.lock = threading.RLock()
        self.faults: Json = {}
        self.nonces: set[str] = set()
        self.told: list[Json] = []
        self._path = path
        self._trades: dict[tuple[str, str], Trade] = {}
        if path.exists():
            for kept in json.loads(path.read_text()):
                trade = Trade(**kept)
                self._trades[trade.provider, trade.number] = trade

    def begin(self, trade: Trade) -> Trade | None:
        """Keep a new trade, or find the same one again; None when it is another."""
        known = self._trades.get((trade.provider, trade.number))
        if known is None:
            self._trades[trade.provider, trade.number] = trade
            self.save()
            return trade
        return known if known.fen == trade.fen else None

    def find(self, provider: str, number: str) -> Trade | None:
        """A trade by the merchant's number."""
        return self._trades.get((provider, number))

    def by_token(self, token: str) -> Trade | None:
        """A trade by the secret of its cashier page."""
        return next((one for one in self._trades.values() if one.token == token), None)

    def pay(self, trade: Trade, fen: int | None = None) -> None:
        """The customer has paid."""
        trade.state, trade.paid = "paid", time.time()
        trade.paid_fen = trade.fen if fen is None else fen
        trade.transaction = f"42{int(trade.paid)}{secrets.randbelow(10**12):012d}"
        self.save()

    def close(self, trade: Trade) -> None:
        """Nobody can pay any more."""
        trade.state = "closed"
        self.save()

    def refund(self, trade: Trade, number: str, fen: int) -> Json | None:
        """Give back, once per number; None when it is more than is left or another amount."""
        known = trade.refunds.get(number)
        if known is not None:
            return known if known["fen"] == fen else None
        if trade.state != "paid" or fen > trade.paid_fen - trade.refunded_fen:
            return None
        made = {"number": number, "fen": fen, "id": f"50{secrets.randbelow(10**16):016d}"}
        made["at"] = time.time()
        trade.refunds[number] = made
        self.save()
        return made

    def rows(self, provider: str, day: str) -> list[Json]:
        """Payments and refunds of a day, as it counted them; a test may have spoilt them."""
        found: list[Json] = []
        for trade in self._trades.values():
            if trade.provider != provider or not trade.paid:
                continue
            if _day(trade.paid) == day:
                found.append(_row(trade, trade.transaction, trade.paid_fen, "", trade.paid))
            found.extend(
                _row(trade, one["id"], one["fen"], one["number"], one["at"])
                for one in trade.refunds.values()
                if _day(one["at"]) == day
            )
        return self._spoilt(found)

    def state(self) -> Json:
        """Everything, as a test wants to see it."""
        return {
            "trades": [asdict(one) for one in self._trades.values()],
            "faults": self.faults,
            "told": self.told,
        }

    def save(self) -> None:
        """Write all trades; there are few."""
        made = self._path.with_suffix(".new")
        self._path.parent.mkdir(parents=True, exist_ok=True)
        made.write_text(json.dumps([asdict(one) for one in self._trades.values()]))
        made.rename(self._path)

    def _spoilt(self, rows: list[Json]) -> list[Json]:
        dropped, changed = self.faults.get("drop", []), self.faults.get("change", {})
        kept = [row for row in rows if (row["refund"] or row["number"]) not in dropped]
        for row in kept:
            row["fen"] = changed.get(row["refund"] or row["number"], row["fen"])
        return kept + [dict(row) for row in self.faults.get("add", [])]


def _row(trade: Trade, transaction: str, fen: int, refund: str, at: float) -> Json:
    fee = (fen * 6 + 500) // 1000
    return {
        "number": trade.number,
        "transaction": transaction,
        "trade": trade.transaction,
        "fen": fen,
        "fee": -fee if refund else fee,
        "refund": refund,
        "at": datetime.fromtimestamp(at, SHANGHAI).strftime("%Y-%m-%d %H:%M:%S"),
        "subject": trade.subject,
    }


def yuan(fen: int) -> str:
    """An amount as both providers write it."""
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def _day(at: float) -> str:
    return datetime.fromtimestamp(at, SHANGHAI).date().isoformat()
