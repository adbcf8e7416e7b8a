"""Redeem a voucher: its face value becomes general money, and the meter learns of it."""

from datetime import datetime

from django.db import transaction

from wanhao.access.contracts import TryKind
from wanhao.access.trying import begin_try, note_wrong
from wanhao.billing import vouchers
from wanhao.billing.contracts import PaymentResult
from wanhao.billing.ports import refuse_elsewhere
from wanhao.parties.contracts import LineView
from wanhao.values.errors import WanhaoError
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


@transaction.atomic
def redeem_for_line(line: LineView, code: str, now: datetime) -> PaymentResult | WanhaoError:
    """Redeem a voucher for the account of a line, by whoever has the code.

    A code that is no good is counted, and its error returned: commit it. WanhaoError when there
    were too many for the line today, or billing is not ours.
    """
    refuse_elsewhere("Vouchers are redeemed")
    begin_try(line.line_id, TryKind.VOUCHER, now)
    try:
        return redeem_voucher(line.account_id, code, now)
    except WanhaoError as error:
        note_wrong(line.line_id, TryKind.VOUCHER, now)
        return error
