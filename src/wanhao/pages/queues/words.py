"""What lanes, services, states and refusals of a queue are called on pages."""

import re
from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from wanhao.outlets.contracts import Service
from wanhao.outlets.hours import hours_in_words
from wanhao.outlets.queue_contracts import Lane
from wanhao.outlets.queue_states import TicketState
from wanhao.pages.console.words import Word
from wanhao.pages.design.speech import spoken
from wanhao.values.errors import WanhaoError

LANES: Mapping[Lane, str | Promise] = {
    Lane.CARE: _("Care lane"),
    Lane.BOOKED: _("Booked"),
    Lane.WALK_IN: _("Walk-in"),
}
SERVICES: Mapping[Service, str | Promise] = {
    Service.NEW_LINE: _("New line"),
    Service.SIM_CARD: _("SIM card"),
    Service.PAYMENT: _("Payment"),
    Service.BROADBAND: _("Broadband"),
    Service.INVOICE: _("Invoice"),
    Service.REPAIR: _("Repairs"),
    Service.TERMINAL: _("Devices"),
    Service.LOST_PROPERTY: _("Lost property"),
    Service.BARRIER_FREE: _("Barrier-free"),
}
STATES: Mapping[TicketState, Word] = {
    TicketState.CALLED: Word(
        name=_("Called"), meaning=_("the customer is on the way"), icon="clock", tone="soon"
    ),
    TicketState.SERVING: Word(
        name=_("At the desk"), meaning=_("being served"), icon="check", tone="good"
    ),
}
SAID: Mapping[str, str | Promise] = {
    "open": _("The desk is open."),
    "close": _("The desk is closed."),
    "nobody": _("Nobody waits whom this desk can serve."),
    "done": _("Served."),
    "missed": _("Noted: the turn was missed."),
    "sent": _("Sent on; the customer keeps the place."),
    "arrived": _("Noted: the customer is here."),
    "returned": _("The number is given back."),
}
REFUSALS: tuple[tuple[re.Pattern[str], str | Promise], ...] = tuple(
    (re.compile(begins), said)
    for begins, said in (
        (
            r"Desk (?P<desk>\d+) still has (?P<label>\w+)",
            _("Desk %(desk)s still has %(label)s. Finish with this customer first."),
        ),
        (r"Nobody sits at desk (?P<desk>\d+)", _("Desk %(desk)s is closed. Open it first.")),
        (
            r"Hall \S+ is closed now \((?P<hours>[^)]*)\)",
            _("The hall is closed now (open %(hours)s), so no numbers are given."),
        ),
        (r"Hall \S+ has no desk for this", _("No desk here does this. Choose something else.")),
        (r"Hall \S+ has no desk (?P<desk>\d+)", _("There is no desk %(desk)s here.")),
        (r"Hall \S+ has no queue", _("This hall has no desks yet. Enter them first.")),
        (
            r"Ticket (?P<label>\w+) was called less than (?P<seconds>\d+) seconds ago",
            _("%(label)s was called less than %(seconds)s seconds ago. Give time to come."),
        ),
        (
            r"Ticket (?P<label>\w+) was called (?P<calls>\d+) times; one misses",
            _("%(label)s was called %(calls)s times only, or just now. Call again, and wait."),
        ),
        (
            r"Ticket (?P<label>\w+) was called (?P<calls>\d+) times",
            _("%(label)s was called %(calls)s times. Say whether the customer came."),
        ),
        (
            r"Ticket (?P<label>\w+) is for (?P<day>[\d-]+)",
            _("%(label)s is booked for %(day)s, not for today."),
        ),
        (
            r"Ticket (?P<label>\w+) is ",
            _("%(label)s has gone on meanwhile. Look at the queue again."),
        ),
    )
)


def refusal(error: WanhaoError) -> WanhaoError:
    """What a room refused, in the language of the page."""
    for begins, said in REFUSALS:
        found = begins.match(error.message)
        if found:
            given = found.groupdict()
            if "hours" in given:
                given["hours"] = spoken(*hours_in_words(given["hours"]))
            return WanhaoError(str(said) % given)
    return WanhaoError(gettext("This did not work. Look at the queue again."), str(error))
