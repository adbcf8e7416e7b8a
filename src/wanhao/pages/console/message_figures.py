"""What the operations page shows of messages: lag by stage, what waits, the last two weeks."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from wanhao.communications.contracts import MessageState
from wanhao.communications.message_figures import messages_per_day, stage_lags
from wanhao.communications.message_lists import held_back, held_messages, unknown_messages
from wanhao.pages.console import message_words
from wanhao.pages.console.messages import rule_titles
from wanhao.pages.console.owed import kind_words
from wanhao.pages.console.trends import Bin, columns
from wanhao.pages.design import clock
from wanhao.values.msisdn import Msisdn

SHOWN = 5
DAYS = 14
STAGES: Mapping[str, str | Promise] = {
    "released": _("planned to released"),
    "claimed": _("released to sender"),
    "accepted": _("sender to network"),
    "delivered": _("network to handset"),
}
GOOD = (MessageState.ACCEPTED, MessageState.DELIVERED, MessageState.MERGED)


def lags() -> dict[str, Any]:
    """How long messages of the last hour took until each stage."""
    return {"lags": [(STAGES[one.stage], one) for one in stage_lags(clock.now())]}


def waiting() -> dict[str, Any]:
    """Messages that wait or are unknown, and what waits for a message; the first of each."""
    now, titles = clock.now(), rule_titles()
    return {
        "nobody_told": [
            (one, titles.get(one.rule, one.rule), kind_words(one.holds), Msisdn(one.number).masked)
            for one in held_back(now, SHOWN)
        ],
        "held_messages": [
            (
                one,
                titles.get(one.rule, one.rule),
                message_words.WAITS[one.waits],
                Msisdn(one.number).masked,
            )
            for one in held_messages(now, SHOWN)
        ],
        "unknown": [
            (one, titles.get(one.rule, one.rule), Msisdn(one.number).masked)
            for one in unknown_messages(SHOWN)
        ],
    }


def trends() -> dict[str, Any]:
    """The messages of the last days: those that reached their customer, and the others."""
    rows = []
    for one in messages_per_day(clock.now(), DAYS):
        good = sum(one.states[state] for state in GOOD)
        rest = sum(one.states.values()) - good
        rows.append((one.day.isoformat(), Bin(name=f"{one.day:%m-%d}", good=good, rest=rest)))
    return {"trend": columns([drawn for _day, drawn in rows]), "days": rows[::-1]}
