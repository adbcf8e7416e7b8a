"""Months as customers write them; pure."""

import re
from datetime import datetime

from wanhao.menu.contracts import RefusedError
from wanhao.values.cycle import Cycle

MONTH = re.compile(r"(?:(20\d\d))?(0?[1-9]|1[0-2])")


def plain_month(value: object) -> str:
    """What was written, without the signs between year and month."""
    return re.sub(r"[-/年月. ]", "", str(value))


def cycle_named(written: str, now: datetime) -> int:
    """The month of `202610`, `2026-10`, `10` or `10月`: without a year the last such month that has
    begun. RefusedError when it is none."""
    found = MONTH.fullmatch(plain_month(written))
    if found is None:
        raise RefusedError(
            f"看不懂月份“{written}”，请写成如202610。",
            f"'{written}' is no month; write it as 202610.",
        )
    month, current = int(found[2]), Cycle.of(now).number
    if found[1]:
        return int(found[1]) * 100 + month
    year = current // 100
    return year * 100 + month if month <= current % 100 else (year - 1) * 100 + month
