"""Redeem a voucher: its face value becomes general money, and the meter learns of it."""

from datetime import datetime

from django.db import transaction

from wanhao.billing import vouchers
from wanhao.billing.contracts import PaymentResult
from wanhao.workflows.lift_stops import lift_stops
from wanhao.workflows.tell_funds import tell_funds


@transaction.atomic
def redeem_voucher(account_id: int, code: str, now: datetime) -> PaymentResult:
    """Redeem a voucher once; WanhaoError as `billing.vouchers.redeem_voucher` says."""
    redeemed = vouchers.redeem_voucher(account_id=account_id, code=code, now=now)
    if redeemed.first:
        lift_stops([account_id], now)
        tell_funds([account_id])
    return redeemed
