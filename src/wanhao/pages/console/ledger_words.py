"""What the ledger's kinds mean, in words for an accountant."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from wanhao.billing.books import Section
from wanhao.billing.contracts import BalanceKind, JournalKind

WHAT: Mapping[JournalKind, str | Promise] = {
    JournalKind.PAYMENT: _("Payment"),
    JournalKind.REFUND: _("Refund"),
    JournalKind.REFUND_BACK: _("Refund came back"),
    JournalKind.CHARGE_BACK: _("Charge-back"),
    JournalKind.CREDIT: _("Credit"),
    JournalKind.CHARGE: _("Bill"),
    JournalKind.PENALTY: _("Penalty"),
    JournalKind.PRESTORED: _("Prestored part returned"),
    JournalKind.LAPSE: _("Lapsed"),
    JournalKind.SETTLEMENT: _("Settled with the channel"),
    JournalKind.DEPOSIT: _("Deposit for an auction"),
    JournalKind.DEPOSIT_BACK: _("Deposit returned"),
    JournalKind.CHARITY: _("Paid to charity"),
}
KINDS: Mapping[BalanceKind, str | Promise] = {
    BalanceKind.GENERAL: _("General money"),
    BalanceKind.GIFTED: _("Gifted money"),
    BalanceKind.RESTRICTED: _("Restricted money"),
    BalanceKind.PRESTORED: _("Prestored money"),
}
SECTIONS: Mapping[Section, str | Promise] = {
    Section.CLEARING: _("Money in the channels"),
    Section.CUSTOMERS: _("What customers have"),
    Section.HELD: _("What is held for others"),
    Section.REVENUE: _("What was earned"),
    Section.GIVEN: _("What was given away"),
    Section.COSTS: _("What it cost"),
}
