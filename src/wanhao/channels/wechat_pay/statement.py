"""WeChat's trade bill: CSV in which each value begins with a backtick, amounts in yuan."""

import csv
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from wanhao.billing.order_contracts import StatementRow
from wanhao.billing.orders.ports import ChannelAwayError

FIRST, TOTALS = "交易时间", "总交易单数"


def read_statement(text: str) -> tuple[StatementRow, ...]:
    """The rows of a bill; ChannelAwayError when it is not one, or its own sums do not hold."""
    lines = [line for line in text.splitlines() if line.strip()]
    places = [n for n, line in enumerate(lines) if line.startswith(TOTALS)]
    if not lines or not lines[0].startswith(FIRST) or len(places) != 1:
        raise _unread("it is not a trade bill")
    end = places[0]
    try:
        rows = tuple(_row(row) for row in _read(lines[:end]))
        (sums,) = _read(lines[end:])
        count, gone = int(sums["总交易单数"]), fen(sums["退款总金额"])
    except (KeyError, ValueError) as error:
        raise _unread(repr(error)) from error
    if count != len(rows) or gone != sum(row.amount_fen for row in rows if row.refund):
        raise _unread("its sums are not those of its rows")
    return rows


def fen(yuan: str) -> int:
    """Yuan with at most two decimals, in fen; ValueError when it is no such amount."""
    try:
        amount = Decimal(yuan) * 100
    except InvalidOperation as error:
        raise ValueError(yuan) from error
    if amount != amount.to_integral_value():
        # Fees have five decimals; they are rounded as the bank pays them.
        amount = amount.quantize(Decimal(1))
    return int(amount)


def _read(lines: list[str]) -> Iterator[dict[str, str]]:
    for row in csv.DictReader(lines):
        yield {key.strip(): (value or "").strip().lstrip("`") for key, value in row.items() if key}


def _row(row: dict[str, str]) -> StatementRow:
    refund = row["商户退款单号"] if row["交易状态"] == "REFUND" else ""
    return StatementRow(
        number=row["商户订单号"],
        transaction_id=row["微信退款单号"] if refund else row["微信订单号"],
        amount_fen=fen(row["退款金额"] if refund else row["应结订单金额"]),
        fee_fen=fen(row["手续费"]),
        refund=refund,
    )


def _unread(why: str) -> ChannelAwayError:
    return ChannelAwayError(f"WeChat's statement cannot be read: {why}.", "Fetch it again later.")
