"""The ledger: the operator's trial balance, and the statement of an account."""

from dataclasses import dataclass
from datetime import date, datetime

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from wanhao.access.actions import record_read
from wanhao.billing.books import CHART, Section
from wanhao.billing.contracts import BalanceView, BookTotal, StatementLine, TrialBalance
from wanhao.billing.statements import check_ledger, statement, trial_balance
from wanhao.pages.console.access import for_employees, no_account_of_theirs
from wanhao.pages.console.ledger_words import KINDS, SECTIONS, WHAT
from wanhao.pages.design import clock
from wanhao.pages.design.rendering import render_page
from wanhao.pages.design.speech import masked_name, spoken
from wanhao.parties.queries import account_profiles, accounts_by_reference
from wanhao.staff.contracts import Permission
from wanhao.values.cycle import SHANGHAI


@dataclass(frozen=True, slots=True, kw_only=True)
class BookRow:
    """A book as the page shows it."""

    number: int
    name: str
    total: BookTotal


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionRows:
    """A part of the chart with its books; `net_fen` is credit less debit."""

    name: str | Promise
    rows: tuple[BookRow, ...]
    net_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRow:
    """A movement as the page shows it."""

    line: StatementLine
    what: str | Promise
    kind: str | Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class KindRow:
    """What an account has of a kind; `books` are those restricted money pays for."""

    view: BalanceView
    kind: str | Promise
    books: str


@require_safe
@for_employees
def ledger(request: HttpRequest) -> HttpResponse:
    """The trial balance; asked for an account, the way to its statement."""
    wanted = request.GET.get("account", "").strip()
    if wanted and accounts_by_reference([wanted]):
        return HttpResponseRedirect(reverse("ledger-statement", args=[wanted]))
    now = clock.now()
    found = trial_balance(now)
    context = {
        "now": now,
        "found": found,
        "sections": section_rows(found),
        "wanted": wanted,
        "checked": check_ledger() if request.GET.get("check") else None,
        "still": True,
    }
    return render_page(request, "console/ledger.html", context, status=404 if wanted else 200)


@require_safe
@for_employees
def ledger_statement(request: HttpRequest, reference: str) -> HttpResponse:
    """An account's movements within a range of days; the reading is recorded."""
    now = clock.now()
    account_id = accounts_by_reference([reference]).get(reference)
    if account_id is None:
        return HttpResponseRedirect(f"{reverse('ledger')}?{urlencode({'account': reference})}")
    if refusal := no_account_of_theirs(request, Permission.READ_MONEY, account_id):
        return refusal
    first, last, mistake = days_asked(request.GET.get("from"), request.GET.get("to"), now)
    record_read(request.user, f"account {reference}", "statement", now)
    found = statement(account_id, reference, first, last)
    profile = account_profiles([account_id])[account_id]
    context = {
        "found": found,
        "name": masked_name(profile.customer_name),
        "pay_type": profile.pay_type,
        "lines": [line_row(line) for line in found.lines],
        "kinds": [kind_row(view) for view in found.balances],
        "mistake": mistake,
        "still": True,
    }
    return render_page(
        request, "console/ledger_statement.html", context, status=400 if mistake else 200
    )


def section_rows(found: TrialBalance) -> list[SectionRows]:
    """The books of each part of the chart, parts without a book left out."""
    parts = []
    for section in Section:
        totals = [total for total in found.books if CHART[total.book].section is section]
        rows = tuple(book_row(total) for total in totals)
        net = sum(total.credit_fen - total.debit_fen for total in totals)
        if rows:
            parts.append(SectionRows(name=SECTIONS[section], rows=rows, net_fen=net))
    return parts


def book_row(total: BookTotal) -> BookRow:
    """A book with its name in the language of the page."""
    entry = CHART[total.book]
    return BookRow(number=entry.number, name=spoken(entry.name_zh, entry.name_en), total=total)


def line_row(line: StatementLine) -> LineRow:
    """A movement in words."""
    return LineRow(line=line, what=WHAT[line.what], kind=KINDS[line.kind])


def kind_row(view: BalanceView) -> KindRow:
    """Money of a kind in words."""
    books = [spoken(CHART[book].name_zh, CHART[book].name_en) for book in view.pays_for]
    return KindRow(view=view, kind=KINDS[view.kind], books=gettext(", ").join(books))


def days_asked(first: str | None, last: str | None, now: datetime) -> tuple[date, date, str]:
    """The days a statement is for, by default this month so far; and what is wrong with them."""
    today = now.astimezone(SHANGHAI).date()
    begin, end = today.replace(day=1), today
    try:
        end = date.fromisoformat(last) if last else end
        begin = date.fromisoformat(first) if first else end.replace(day=1)
    except ValueError:
        return today.replace(day=1), today, gettext("Write days as 2026-11-22.")
    if not date(2000, 1, 1) <= begin <= end <= date(9000, 1, 1):
        return today.replace(day=1), today, gettext("The first day comes after the last.")
    return begin, end, ""
