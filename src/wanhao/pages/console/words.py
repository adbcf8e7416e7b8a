"""What states and reasons mean, in words for a duty manager."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wanhao.communications.contracts import MessageState


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A state as it is shown: its name, what it means, its icon, and the tone of its colour."""

    name: str | Promise
    meaning: str | Promise
    icon: str
    tone: str


STATE_WORDS: Mapping[MessageState, Word] = {
    MessageState.DELIVERED: Word(
        name=_("Delivered"), meaning=_("the handset has it"), icon="check", tone="good"
    ),
    MessageState.ACCEPTED: Word(
        name=_("Handed over"),
        meaning=_("the message centre has it, no receipt yet"),
        icon="arrow",
        tone="calm",
    ),
    MessageState.SUBMITTING: Word(
        name=_("Being handed over"), meaning=_("on its way this moment"), icon="dots", tone="calm"
    ),
    MessageState.RELEASED: Word(
        name=_("Ready"), meaning=_("checked, will leave next"), icon="clock", tone="quiet"
    ),
    MessageState.PLANNED: Word(
        name=_("Planned"),
        meaning=_("decided, to be checked once more"),
        icon="clock",
        tone="quiet",
    ),
    MessageState.UNKNOWN: Word(
        name=pgettext_lazy("message", "Unknown"),
        meaning=_("not known whether it arrived, not re-sent"),
        icon="question",
        tone="soon",
    ),
    MessageState.FAILED: Word(
        name=_("Failed"), meaning=_("refused, or not deliverable"), icon="cross", tone="need"
    ),
    MessageState.WITHDRAWN: Word(
        name=_("Withdrawn"),
        meaning=_("switched off since, or no longer true"),
        icon="minus",
        tone="quiet",
    ),
    MessageState.MERGED: Word(
        name=_("Merged"),
        meaning=_("said by another message to the same person"),
        icon="minus",
        tone="quiet",
    ),
}

REASON_WORDS: Mapping[str, str | Promise] = {
    "unreadable": _("The row cannot be read"),
    "conflict": _("Same record id as another, but other content"),
    "unknown-service": _("Neither voice, message nor data"),
    "unknown-zone": _("The rate zone is not known"),
    "bad-quantity": _("The amount is not above zero"),
    "bad-sign": _("Neither a use nor a reversal"),
    "unknown-number": _("No customer of ours has this number"),
    "no-holder": _("Nobody held the number at that time"),
    "in-future": _("Dated in the future"),
    "cycle-closed": _("Its month is closed already"),
}


def reason_words(reason: str) -> str | Promise:
    """A reason in words; one that has none yet is said to be another reason."""
    return REASON_WORDS.get(reason) or _("Another reason")
