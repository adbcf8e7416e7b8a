"""The quarantine in words: why a record is held, what helps, and what was done with it."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wanhao.pages.console.words import Word
from wanhao.usage.quarantine_contracts import HeldState, StepKind

HELD_WORDS: Mapping[HeldState, Word] = {
    HeldState.HELD: Word(
        name=pgettext_lazy("record", "Held"),
        meaning=_("not counted, waits for a person"),
        icon="alert",
        tone="need",
    ),
    HeldState.WAITING: Word(
        name=_("To be judged again"),
        meaning=_("with the meter's next batch"),
        icon="clock",
        tone="soon",
    ),
    HeldState.METERED: Word(
        name=_("Counted after all"), meaning=_("it is settled"), icon="check", tone="good"
    ),
    HeldState.DUPLICATE: Word(
        name=_("Was a duplicate"),
        meaning=_("the same record had been counted"),
        icon="minus",
        tone="quiet",
    ),
    HeldState.DISMISSED: Word(
        name=_("Dismissed"), meaning=_("never counts"), icon="minus", tone="quiet"
    ),
}

WHAT_HELPS: Mapping[str, str | Promise] = {
    "unreadable": _("Fill in every column, as the row should have come."),
    "conflict": _(
        "If both records are real, give this one a record id of its own; otherwise dismiss it."
    ),
    "unknown-service": _("Put voice, message or data."),
    "unknown-zone": _("Put domestic, hk-macau-taiwan, roaming or free."),
    "bad-quantity": _("Put the seconds, messages or octets there really were, 1 or more."),
    "bad-sign": _("Put 1 for a use, -1 for one that is taken back."),
    "unknown-number": _("Open the line, or put the number right; then have it judged again."),
    "no-holder": _("Tell who held the number at that time, or dismiss the record."),
    "in-future": _(
        "Wait until that time has come, or put the start right; then have it judged again."
    ),
    "cycle-closed": _(
        "Put the start right; what really is that late goes onto the next bill by itself."
    ),
}

COLUMN_WORDS: Mapping[str, str | Promise] = {
    "record_id": _("Record id"),
    "source": _("Source"),
    "number": _("Number"),
    "service": _("Service"),
    "zone": _("Rate zone"),
    "start": _("Start (seconds since 1970, UTC)"),
    "quantity": _("Amount (seconds, messages, octets)"),
    "sign": _("Sign (1 or -1)"),
    "charge_fen": _("Charged already (fen)"),
}

STEP_WORDS: Mapping[StepKind, str | Promise] = {
    StepKind.REPAIRED: _("Repaired, to be judged again"),
    StepKind.REPLAYED: _("To be judged again as it is"),
    StepKind.DISMISSED: _("Dismissed"),
    StepKind.METERED: _("Counted"),
    StepKind.DUPLICATE: _("Found to be a duplicate"),
    StepKind.HELD: _("Still cannot be counted"),
}

SAID: Mapping[str, str | Promise] = {
    "repaired": _("Repaired. The meter judges the record again with its next batch."),
    "replayed": _("The meter judges these records again with its next batches."),
    "dismissed": _("Dismissed. They stay in the quarantine's history and never count."),
    "nothing": _("None of these records is held any more."),
}


def what_helps(reason: str) -> str | Promise:
    """What a person can do about a record held for this reason."""
    return WHAT_HELPS.get(reason, "")
