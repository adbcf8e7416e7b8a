"""Read-only lists of balances, the journal and its papers; voucher codes are nowhere kept."""

from django.contrib import admin

from wanhao.access.read_only import ReadOnlyAdmin
from wanhao.billing.models import (
    AccountBalance,
    Arrears,
    BalanceBucket,
    Bill,
    BillItem,
    BillRun,
    CashReceipt,
    ChannelNotice,
    CreditLimit,
    Deposit,
    EmergencyGrant,
    ForeignFeed,
    ForeignFunds,
    ForeignPayment,
    ForeignTerms,
    IssuedEInvoice,
    JournalTransaction,
    LineStop,
    OrderRefund,
    Payment,
    PaymentDifference,
    PaymentOrder,
    PaymentReturn,
    Posting,
    ServiceStop,
    StatementRun,
    VoucherBatch,
)
from wanhao.values.msisdn import Msisdn


@admin.register(AccountBalance)
class AccountBalanceAdmin(ReadOnlyAdmin):
    list_display = ("account", "balance_fen", "changed_at")
    list_select_related = ("account",)
    search_fields = ("=account__reference",)


@admin.register(BalanceBucket)
class BalanceBucketAdmin(ReadOnlyAdmin):
    list_display = ("account_id", "kind", "balance_fen", "opened_at", "expires_at")
    list_filter = ("kind",)


@admin.register(JournalTransaction)
class JournalTransactionAdmin(ReadOnlyAdmin):
    list_display = ("kind", "reference", "at", "cycle", "memo")
    list_filter = ("kind",)
    search_fields = ("=reference",)


@admin.register(Posting)
class PostingAdmin(ReadOnlyAdmin):
    list_display = ("transaction_id", "book", "account_id", "bucket_id", "amount_fen")
    list_filter = ("book",)


@admin.register(Payment)
class PaymentAdmin(ReadOnlyAdmin):
    list_display = ("reference", "account_id", "amount_fen", "channel", "kind", "received_at")
    list_filter = ("channel", "kind")
    search_fields = ("=reference",)


@admin.register(PaymentReturn)
class PaymentReturnAdmin(ReadOnlyAdmin):
    list_display = ("reference", "kind", "payment_id", "amount_fen", "returned_at")
    list_filter = ("kind",)


@admin.register(CashReceipt)
class CashReceiptAdmin(ReadOnlyAdmin):
    list_display = ("hall", "day", "sequence", "clerk_id", "account_id", "amount_fen", "taken_at")
    list_filter = ("day",)
    search_fields = ("=reference", "=hall")


@admin.register(VoucherBatch)
class VoucherBatchAdmin(ReadOnlyAdmin):
    list_display = ("name", "face_fen", "issued_at", "expires_at")


@admin.register(Arrears)
class ArrearsAdmin(ReadOnlyAdmin):
    list_display = ("account_id", "last_day", "charged_fen", "unpaid_fen")


@admin.register(Bill)
class BillAdmin(ReadOnlyAdmin):
    list_display = ("cycle", "account", "total_fen", "issued_at", "due_on")
    list_select_related = ("account",)
    search_fields = ("=account__reference",)


@admin.register(BillItem)
class BillItemAdmin(ReadOnlyAdmin):
    list_display = ("reference", "account", "kind", "fen", "added_at", "bill")
    list_filter = ("kind",)
    search_fields = ("=reference", "=account__reference")


@admin.register(BillRun)
class BillRunAdmin(ReadOnlyAdmin):
    list_display = ("cycle", "state", "accounts", "bills", "total_fen", "finished_at")


@admin.register(IssuedEInvoice)
class IssuedEInvoiceAdmin(ReadOnlyAdmin):
    exclude = ("request",)
    list_display = ("request_id", "code", "number", "asked_at", "answered_at")
    search_fields = ("=request_id", "=number")


@admin.register(ForeignFeed)
class ForeignFeedAdmin(ReadOnlyAdmin):
    list_display = ("name", "cursor", "caught_up_at", "changes", "unknown", "trouble")


@admin.register(ForeignFunds)
class ForeignFundsAdmin(ReadOnlyAdmin):
    list_display = ("reference", "account", "spendable_fen", "billed_through", "told_at")
    list_select_related = ("account",)
    search_fields = ("=reference",)


@admin.register(ForeignTerms)
class ForeignTermsAdmin(ReadOnlyAdmin):
    exclude = ("number",)
    list_display = ("masked_number", "cycle", "group", "plan", "voice", "message", "data")
    search_fields = ("=number",)

    @admin.display(description="number")
    def masked_number(self, row: ForeignTerms) -> str:
        """The number as lists may show it."""
        return Msisdn(row.number).masked


@admin.register(ForeignPayment)
class ForeignPaymentAdmin(ReadOnlyAdmin):
    list_display = ("reference", "account", "amount_fen", "state", "taken_at", "attempts", "said")
    list_select_related = ("account",)
    list_filter = ("state",)
    search_fields = ("=reference", "=account__reference")


@admin.register(CreditLimit)
class CreditLimitAdmin(ReadOnlyAdmin):
    list_display = ("account", "limit_fen", "since", "until", "reason", "set_by")
    list_select_related = ("account",)
    search_fields = ("=account__reference",)


@admin.register(ServiceStop)
class ServiceStopAdmin(ReadOnlyAdmin):
    list_display = ("account", "cycle", "owed_fen", "reason", "state", "since", "lifted_at")
    list_select_related = ("account",)
    list_filter = ("state", "reason")
    search_fields = ("=account__reference",)


@admin.register(LineStop)
class LineStopAdmin(ReadOnlyAdmin):
    list_display = ("id", "line_id", "kind", "since", "until", "lifted_at")
    list_filter = ("kind",)


@admin.register(EmergencyGrant)
class EmergencyGrantAdmin(ReadOnlyAdmin):
    list_display = ("account", "stop_id", "since", "until", "ended_at")
    list_select_related = ("account",)
    search_fields = ("=account__reference",)


@admin.register(PaymentOrder)
class PaymentOrderAdmin(ReadOnlyAdmin):
    list_display = ("number", "account_id", "amount_fen", "channel", "state", "begun_at", "paid_at")
    list_filter = ("channel", "state")
    search_fields = ("=number", "=transaction_id")


@admin.register(OrderRefund)
class OrderRefundAdmin(ReadOnlyAdmin):
    list_display = ("number", "amount_fen", "state", "reason", "asked_by", "asked_at")
    list_filter = ("state",)
    search_fields = ("=number",)


@admin.register(ChannelNotice)
class ChannelNoticeAdmin(ReadOnlyAdmin):
    list_display = ("at", "channel", "verdict", "number", "amount_fen", "said")
    list_filter = ("channel", "verdict")
    search_fields = ("=number", "=body_hash")


@admin.register(PaymentDifference)
class PaymentDifferenceAdmin(ReadOnlyAdmin):
    list_display = ("channel", "kind", "number", "ours_fen", "theirs_fen", "day", "settled_by")
    list_filter = ("channel", "kind")
    search_fields = ("=number", "=transaction_id")


@admin.register(StatementRun)
class StatementRunAdmin(ReadOnlyAdmin):
    list_display = ("channel", "day", "rows", "matched", "settled_fen", "fees_fen", "done_at")
    list_filter = ("channel",)


@admin.register(Deposit)
class DepositAdmin(ReadOnlyAdmin):
    list_display = ("reference", "account", "amount_fen", "state", "held_at")
    list_filter = ("state",)
    search_fields = ("=reference",)
