"""The charity auction for employees: the lots, and one with its bids."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_safe

from wanhao.access.actions import record_read
from wanhao.billing.deposits import charity_fen
from wanhao.loyalty.auction_contracts import BidView, LotView
from wanhao.loyalty.auction_reading import bids_of, latest_lots, lot_of
from wanhao.loyalty.auction_rules import auction_terms
from wanhao.loyalty.auction_states import LotState
from wanhao.pages.console.access import for_employees, lines_of_theirs
from wanhao.pages.console.words import Word
from wanhao.pages.design import clock
from wanhao.pages.design.rendering import render_page
from wanhao.pages.design.speech import spoken
from wanhao.parties.queries import lines_live_or_ended
from wanhao.staff.contracts import Permission
from wanhao.values.msisdn import Msisdn


def _word(name: str | Promise, icon: str, tone: str) -> Word:
    return Word(name=name, meaning="", icon=icon, tone=tone)


STATES: Mapping[LotState, Word] = MappingProxyType(
    {
        LotState.RUNNING: _word(_("takes bids"), "clock", "soon"),
        LotState.WON: _word(_("waits for the winner's payment"), "clock", "soon"),
        LotState.OFFERED: _word(_("waits for the second bidder's payment"), "clock", "soon"),
        LotState.PAID: _word(pgettext_lazy("lot", "paid"), "check", "good"),
        LotState.UNSOLD: _word(_("unsold"), "minus", "quiet"),
        LotState.WITHDRAWN: _word(_("withdrawn"), "minus", "quiet"),
    }
)


@require_safe
@for_employees
def auctions(request: HttpRequest) -> HttpResponse:
    """The latest lots, how each stands, and what came together for charity."""
    terms = auction_terms()
    context = {
        "rows": [_row(one) for one in latest_lots()],
        "charity_fen": charity_fen(),
        "fund": spoken(terms.fund_zh, terms.fund_en),
        "still": True,
    }
    return render_page(request, "console/auctions.html", context)


@require_safe
@for_employees
def auction(request: HttpRequest, lot_id: int) -> HttpResponse:
    """One lot with its bids; who bid is masked, and shown of customers of one's scope only. The
    reading is recorded."""
    lot = lot_of(lot_id)
    if lot is None:
        raise Http404(str(lot_id))
    record_read(request.user, f"lot {lot_id}", "auction", clock.now())
    bids = bids_of(lot_id)
    found = lines_live_or_ended({bid.line_id for bid in bids})
    lines = {line.line_id: line for line, _live in found}
    theirs = lines_of_theirs(request, Permission.SERVE, lines.values())
    numbers = {key: Msisdn(lines[key].number).masked for key in theirs}
    context = {
        **_row(lot),
        "bids": [_bid(lot, bid, numbers.get(bid.line_id, "***")) for bid in bids],
        "still": True,
    }
    return render_page(request, "console/auction.html", context)


def _row(lot: LotView) -> dict[str, Any]:
    return {"lot": lot, "word": STATES[lot.state]}


def _bid(lot: LotView, bid: BidView, who: str) -> dict[str, Any]:
    won = lot.winner is not None and lot.winner.bid_id == bid.bid_id
    return {"bid": bid, "who": who, "won": won}
