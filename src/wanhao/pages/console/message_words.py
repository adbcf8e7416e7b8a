"""A message's way in words: why it waits, why it was not sent, who carried it, and when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from wanhao.communications.contracts import Channel, MessageState, Reason, ReceiptState, Waits
from wanhao.communications.trail_contracts import MessageTrail
from wanhao.pages.console.words import STATE_WORDS

REASONS: Mapping[str, str | Promise] = {
    Reason.SWITCHED_OFF: _("the customer switched it off meanwhile"),
    Reason.RULE_OFF: _("the rule was switched off meanwhile"),
    Reason.EXPIRED: _("it was too old to be of use"),
    Reason.TOO_LATE_AFTER_QUIET: _("after the quiet hours it was no longer true"),
    Reason.TOO_MANY: _("the number had its messages of that day"),
    Reason.PAID: _("it was paid meanwhile"),
    Reason.ADDED: _("more was added meanwhile"),
    Reason.RENEWED: _("it was renewed or cancelled meanwhile"),
    Reason.SPENT: _("the points were used meanwhile"),
    Reason.LINE_ENDED: _("the line ended"),
    Reason.MONTH_OVER: _("the month was over"),
    Reason.TAKEN_BACK: _("the notice was taken back"),
    Reason.OUTDONE: _("another message said more meanwhile"),
    Reason.TURN_OVER: _("the number was called or given back meanwhile"),
}
WAITS: Mapping[Waits, str | Promise] = {
    Waits.NOT: _("to be released"),
    Waits.MERGE: _("waits for other reminders to the same person"),
    Waits.QUIET: _("waits for the end of the quiet hours"),
    Waits.CAP: _("waits for another day, since the number had its messages of this one"),
}
CHANNELS: Mapping[Channel, str | Promise] = {
    Channel.SMS: _("SMS"),
    Channel.EMAIL: _("e-mail"),
    Channel.APP: _("app"),
    Channel.ANY: _("SMS, app or e-mail"),
    Channel.PUSH: _("push"),
}
RECEIPTS: Mapping[ReceiptState, str | Promise] = {
    ReceiptState.DELIVERED: _("delivered"),
    ReceiptState.PENDING: _("no receipt yet"),
    ReceiptState.FAILED: pgettext_lazy("receipt", "failed"),
}
STEPS: Mapping[str, str | Promise] = {
    "planned": _("Planned"),
    "released": _("Released"),
    "claimed": _("Taken by a sender"),
    "accepted": _("Accepted by the network"),
    "delivered": _("Delivered"),
}
ENDS = (
    MessageState.FAILED,
    MessageState.UNKNOWN,
    MessageState.WITHDRAWN,
    MessageState.MERGED,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One time on a message's way."""

    at: datetime
    name: str | Promise
    note: str | Promise = ""


def way(message: MessageTrail) -> list[Step]:
    """Where a message was when, oldest first; the last step says how it ended, or why it waits."""
    steps = [
        Step(at=at, name=name)
        for word, name in STEPS.items()
        if (at := getattr(message, f"{word}_at")) is not None
    ]
    if message.state in ENDS:
        word = STATE_WORDS[message.state]
        steps.append(Step(at=message.changed_at, name=word.name, note=why(message)))
    elif message.state is MessageState.PLANNED:
        note = WAITS[message.waits]
        steps.append(Step(at=message.release_at, name=_("Not before"), note=note))
    return steps


def why(message: MessageTrail) -> str | Promise:
    """Why it ended as it did; a merged one names the message that says it."""
    if message.state is MessageState.MERGED:
        return gettext("said by message %(number)s") % {"number": message.merged_into}
    return reason(message.error) or STATE_WORDS[message.state].meaning


def reason(error: str) -> str | Promise:
    """Why a message was withdrawn or refused; what the network said stays as it is."""
    return REASONS.get(error, error)
