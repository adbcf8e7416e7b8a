"""Why a clerk looks a customer up, and what is masked until it is revealed, in words."""

from collections.abc import Mapping
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from wanhao.outlets.counter_contracts import Purpose

PURPOSES: Mapping[Purpose, str | Promise] = MappingProxyType(
    {
        Purpose.INFORMATION: _("A question"),
        Purpose.CHANGE: _("A change of plan or pack"),
        Purpose.PAYMENT: _("A payment"),
        Purpose.CARD: _("A card or a new line"),
        Purpose.REPAIR: _("A fault"),
        Purpose.COMPLAINT: _("A complaint"),
        Purpose.OTHER: _("Something else (say what)"),
    }
)
FIELDS: Mapping[str, str | Promise] = MappingProxyType(
    {"name": _("Customer name"), "number": _("Number"), "email": _("Mail")}
)
