"""A payment channel in memory, for histories of many steps; the wire is tried elsewhere."""

from collections.abc import Sequence
from datetime import date

from wanhao.billing.order_contracts import (
    OrderView,
    RefundState,
    RefundTold,
    RefundView,
    StatementRow,
    Trade,
    TradeTold,
)
from wanhao.billing.orders.ports import ChannelAwayError, ChannelRefusedError


class MadeUpChannel:
    """Knows what was paid and given back; may be down, and may refuse refunds."""

    def __init__(self) -> None:
        self.trades: dict[str, TradeTold] = {}
        self.fen: dict[str, int] = {}
        self.refunds: dict[str, int] = {}
        self.down = self.refusing = False
        self._count = 0

    def pay(self, number: str, fen: int | None = None) -> TradeTold:
        """A customer pays, whatever the state; returns what a callback would say."""
        self._count += 1
        paid = self.fen[number] if fen is None else fen
        told = TradeTold(
            number=number,
            trade=Trade.PAID,
            transaction_id=f"T{self._count}",
            amount_fen=paid,
        )
        self.trades[number] = told
        return told

    def begin(self, order: OrderView, payer_ip: str) -> str:
        self._answer()
        self.fen[order.number] = order.amount_fen
        self.trades.setdefault(order.number, TradeTold(number=order.number, trade=Trade.WAITING))
        return f"code of {order.number}"

    def look_up(self, number: str) -> TradeTold:
        self._answer()
        return self.trades.get(number, TradeTold(number=number, trade=Trade.UNKNOWN))

    def close(self, number: str) -> None:
        self._answer()
        if number in self.trades and self.trades[number].trade is Trade.PAID:
            raise ChannelRefusedError("it is paid")
        self.trades[number] = TradeTold(number=number, trade=Trade.CLOSED)

    def refund(self, refund: RefundView) -> RefundTold:
        self._answer()
        if self.refusing and refund.number not in self.refunds:
            raise ChannelRefusedError("told to refuse")
        self.refunds[refund.number] = refund.amount_fen
        return RefundTold(
            number=refund.number,
            state=RefundState.DONE,
            refund_id=f"B{refund.number}",
            amount_fen=refund.amount_fen,
        )

    def statement(self, day: date) -> Sequence[StatementRow]:
        self._answer()
        return ()

    def _answer(self) -> None:
        if self.down:
            raise ChannelAwayError("told to be down")
