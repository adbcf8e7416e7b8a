"""Self-service terminals: added to a hall, registered once by a browser, known by its secret."""

import hashlib
import secrets
from datetime import datetime
from urllib.parse import urlsplit

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.crypto import salted_hmac

from wanhao.outlets.models import Terminal, TerminalReceipt
from wanhao.outlets.terminal_contracts import (
    REGISTER_WITHIN,
    NewReceipt,
    TerminalReceiptView,
    TerminalView,
)
from wanhao.outlets.ticket_rows import hall_of
from wanhao.values.cycle import SHANGHAI
from wanhao.values.errors import WanhaoError

LONGEST_NAME = 40
HERE = frozenset({"127.0.0.1", "localhost", "::1"})


def add_terminal(
    hall: str, name: str, now: datetime, *, devices_url: str = ""
) -> tuple[TerminalView, str]:
    """A terminal of a hall, and the code that registers a browser as it: told this once, good for a
    day and for one browser. WanhaoError when there is no such hall, or the name is taken there."""
    wanted = name.strip()
    if not 1 <= len(wanted) <= LONGEST_NAME:
        raise WanhaoError("A terminal has a name of up to 40 characters.", "Name it, as: 01.")
    _refuse_open_ways(devices_url)
    outlet, code = hall_of(hall, now), _secret()
    try:
        with transaction.atomic():
            row = Terminal.objects.create(
                outlet=outlet,
                name=wanted,
                devices_url=devices_url.rstrip("/"),
                added_at=now,
                code_digest=_digest(code),
                code_until=now + REGISTER_WITHIN,
            )
    except IntegrityError:
        raise WanhaoError(
            f"Hall {hall} has a terminal '{wanted}'.", "Give another name, or use: terminal code."
        ) from None
    return _view(row), code


def new_code(terminal_id: int, now: datetime) -> str:
    """Another code for a terminal: its browser was lost or cleared. The browser that is registered
    stays so until the code is used. WanhaoError when there is no such terminal."""
    code = _secret()
    found = Terminal.objects.filter(id=terminal_id, until=None).update(
        code_digest=_digest(code), code_until=now + REGISTER_WITHIN
    )
    if not found:
        raise WanhaoError(f"There is no terminal {terminal_id}.", "See: wanhao terminal list")
    return code


def terminal_of_code(code: str, now: datetime) -> TerminalView | None:
    """The terminal a code would register a browser as; looking does not use it up."""
    row = _rows().filter(code_digest=_digest(code), code_until__gt=now, until=None).first()
    return None if row is None else _view(row)


@transaction.atomic
def register_terminal(code: str, now: datetime) -> str | None:
    """Use a code up: the secret the browser is known by from now on, the one before is known no
    more. None when the code is none, was used, or is too old."""
    row = (
        Terminal.objects.select_for_update()
        .filter(code_digest=_digest(code), code_until__gt=now, until=None)
        .first()
    )
    if row is None:
        return None
    secret = _secret()
    row.secret_digest, row.registered_at = _digest(secret), now
    row.code_digest = row.code_until = None
    row.save(update_fields=["secret_digest", "registered_at", "code_digest", "code_until"])
    return secret


def terminal_of(secret: str) -> TerminalView | None:
    """The terminal a browser with this secret is."""
    row = _rows().filter(secret_digest=_digest(secret)).first() if secret else None
    return None if row is None else _view(row)


def remove_terminal(terminal_id: int, now: datetime) -> None:
    """It is a terminal no more, from its next page on. WanhaoError when there is none such."""
    found = Terminal.objects.filter(id=terminal_id, until=None).update(
        until=now, secret_digest=None, code_digest=None, code_until=None
    )
    if not found:
        raise WanhaoError(f"There is no terminal {terminal_id}.", "See: wanhao terminal list")


def terminals(hall: str = "") -> tuple[TerminalView, ...]:
    """The terminals that there are, of a hall or of all."""
    rows = _rows().filter(until=None)
    return tuple(
        _view(row)
        for row in (rows.filter(outlet__code=hall) if hall else rows).order_by(
            "outlet__code", "name"
        )
    )


def the_terminal(terminal_id: int) -> TerminalView:
    """A terminal that was not taken away. WanhaoError when there is none such."""
    row = _rows().filter(id=terminal_id, until=None).first()
    if row is None:
        raise WanhaoError(f"There is no terminal {terminal_id}.", "See: wanhao terminal list")
    return _view(row)


def devices_key(terminal_id: int) -> str:
    """What this terminal's program for card reader and printer signs its answers with; made of the
    installation's secret, so that it is kept nowhere."""
    return salted_hmac("wanhao terminal devices", str(terminal_id), algorithm="sha256").hexdigest()


@transaction.atomic
def write_receipt(terminal_id: int, new: NewReceipt, now: datetime) -> TerminalReceiptView:
    """A receipt's number, once per reference; a terminal's day has no gaps."""
    terminal = _rows().select_for_update(of=("self",), no_key=True).get(id=terminal_id)
    before = TerminalReceipt.objects.filter(reference=new.reference).first()
    if before is not None:
        return _receipt(before, terminal)
    day = now.astimezone(SHANGHAI).date()
    last = TerminalReceipt.objects.filter(terminal=terminal, day=day).order_by("-sequence").first()
    row = TerminalReceipt.objects.create(
        terminal=terminal,
        day=day,
        sequence=last.sequence + 1 if last else 1,
        reference=new.reference,
        item=new.item,
        line_id=new.line_id,
        amount_fen=new.amount_fen,
        made_at=now,
    )
    return _receipt(row, terminal)


def receipts(terminal_id: int, latest: int) -> tuple[TerminalReceiptView, ...]:
    """A terminal's latest receipts, newest first, also of one that was taken away. WanhaoError when
    there never was such a terminal."""
    terminal = _rows().filter(id=terminal_id).first()
    if terminal is None:
        raise WanhaoError(f"There is no terminal {terminal_id}.", "See: wanhao terminal list")
    rows = TerminalReceipt.objects.filter(terminal=terminal).order_by("-day", "-sequence")
    return tuple(_receipt(row, terminal) for row in rows[:latest])


def _refuse_open_ways(url: str) -> None:
    """What stands on identity cards must not travel in the clear."""
    parts = urlsplit(url)
    local = parts.scheme == "http" and parts.hostname in HERE
    if url and not (parts.hostname and (local or parts.scheme == "https")):
        raise WanhaoError(
            f"'{url}' is no address for card reader and printer.",
            "Give an https address; http only for this machine.",
        )


def _rows() -> QuerySet[Terminal]:
    return Terminal.objects.select_related("outlet")


def _secret() -> str:
    return secrets.token_urlsafe(24)


def _digest(secret: str) -> str:
    """The secret is 192 random bits, so that nothing is won by a slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _view(row: Terminal) -> TerminalView:
    return TerminalView(
        terminal_id=row.pk,
        hall=row.outlet.code,
        hall_zh=row.outlet.name_zh,
        hall_en=row.outlet.name_en,
        name=row.name,
        devices_url=row.devices_url,
        registered_at=row.registered_at,
        until=row.until,
    )


def _receipt(row: TerminalReceipt, terminal: Terminal) -> TerminalReceiptView:
    place = f"{terminal.outlet.code}-T{terminal.pk}"
    return TerminalReceiptView(
        number=f"{place}-{row.day:%Y%m%d}-{row.sequence:04d}",
        terminal_id=terminal.pk,
        item=row.item,
        line_id=row.line_id,
        amount_fen=row.amount_fen,
        made_at=row.made_at,
    )
