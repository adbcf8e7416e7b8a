"""Care files and their visits in words."""

from collections.abc import Mapping
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wanhao.pages.console.words import Word
from wanhao.parties.care_contracts import CareReason, CareState, VisitState

FILES: Mapping[CareState, str | Promise] = MappingProxyType(
    {
        CareState.WAITING: _("waits for the person to agree"),
        CareState.ACTIVE: _("in force"),
        CareState.ENDED: _("ended; the address was forgotten"),
    }
)
VISITS: Mapping[VisitState, Word] = MappingProxyType(
    {
        VisitState.MISSED: Word(
            name=pgettext_lazy("visit", "Missed"),
            meaning=_("it may still be made"),
            icon="alert",
            tone="need",
        ),
        VisitState.DUE: Word(
            name=pgettext_lazy("visit", "Due"), meaning=_("to be made"), icon="clock", tone="soon"
        ),
        VisitState.MADE: Word(
            name=pgettext_lazy("visit", "Made"), meaning=_("done"), icon="check", tone="good"
        ),
    }
)
REASONS: Mapping[CareReason, str | Promise] = MappingProxyType(
    {
        CareReason.ALONE: _("lives alone"),
        CareReason.DISABLED: _("is disabled"),
        CareReason.REMOTE: _("lives far from everything"),
        CareReason.OTHER: _("another reason"),
    }
)
SAID: Mapping[str, str | Promise] = MappingProxyType({"made": _("The visit is on record.")})
