"""Alipay's trade bill: a zip with CSV in GB 18030, amounts in yuan, each value ending in a tab."""

import csv
import io
import zipfile
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from wanhao.billing.order_contracts import StatementRow
from wanhao.billing.orders.ports import ChannelAwayError

FIRST = "支付宝交易号"
DETAILS, SUMMARY = "业务明细", "汇总"


def read_statement(zipped: bytes) -> tuple[StatementRow, ...]:
    """The rows of a bill; ChannelAwayError when it is not one, or its own count does not hold."""
    try:
        with zipfile.ZipFile(io.BytesIO(zipped)) as bundle:
            (name,) = (
                name for name in _names(bundle) if DETAILS in name[1] and SUMMARY not in name[1]
            )
            text = bundle.read(name[0]).decode("gb18030")
        return tuple(_row(row) for row in _read(text))
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise ChannelAwayError(
            f"Alipay's statement cannot be read: {error!r}.", "Fetch it again later."
        ) from error


def yuan(amount_fen: int) -> str:
    """An amount as Alipay writes it."""
    return f"{amount_fen // 100}.{amount_fen % 100:02d}"


def fen(amount: str) -> int:
    """Yuan with at most two decimals, in fen; ValueError when it is no such amount."""
    try:
        found = Decimal(amount) * 100
    except InvalidOperation as error:
        raise ValueError(amount) from error
    if found != found.to_integral_value():
        raise ValueError(amount)
    return int(found)


def _names(bundle: zipfile.ZipFile) -> Iterator[tuple[zipfile.ZipInfo, str]]:
    """The files with their names; without the flag for UTF-8 they are in GB 18030."""
    for info in bundle.infolist():
        known = info.filename
        if not info.flag_bits & 0x800:
            known = known.encode("cp437", "replace").decode("gb18030", "replace")
        yield info, known


def _read(text: str) -> Iterator[dict[str, str]]:
    lines = [line for line in text.splitlines() if line.strip()]
    table = [line for line in lines if not line.startswith("#")]
    if not table or not table[0].startswith(FIRST):
        raise ValueError("it is not a trade bill")
    if not any(line.startswith("#") and "业务明细列表结束" in line for line in lines):
        raise ValueError("it has no end")
    for row in csv.DictReader(table):
        yield {key.strip(): (value or "").strip() for key, value in row.items() if key}


def _row(row: dict[str, str]) -> StatementRow:
    refund = row["退款批次号/请求号"] if row["业务类型"] == "退款" else ""
    return StatementRow(
        number=row["商户订单号"],
        transaction_id=row["支付宝交易号"],
        amount_fen=abs(fen(row["订单金额（元）"])),
        fee_fen=-fen(row["服务费（元）"]),
        refund=refund,
    )
