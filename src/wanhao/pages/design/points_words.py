"""Movements of points and changes of stars, in words."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from wanhao.loyalty.contracts import EntryKind, StarReason

KINDS: Mapping[EntryKind, str | Promise] = {
    EntryKind.EARNED: _("Earned"),
    EntryKind.REDEEMED: _("Redeemed"),
    EntryKind.RETURNED: _("Returned"),
    EntryKind.EXPIRED: _("Expired"),
}
REASONS: Mapping[StarReason, str | Promise] = {
    StarReason.FIRST: _("found for the first time"),
    StarReason.RAISED: _("risen"),
    StarReason.RENEWED: _("found anew after twelve months"),
    StarReason.LEFT: _("the customer left"),
}
