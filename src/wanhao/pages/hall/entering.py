"""What entering the hall takes: codes sent to handsets, and sessions that begin and get surer."""

from dataclasses import replace
from datetime import timedelta

from allauth.core.internal import ratelimit
from allauth.usersessions.models import UserSession
from django.contrib.auth import get_user_model, login
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from wanhao.access.contracts import CodePurpose, IssuedCode
from wanhao.menu.contracts import Door
from wanhao.pages.design import clock
from wanhao.pages.hall.proofs import HallSession, Proof
from wanhao.pages.hall.visitors import keep_session, session_of
from wanhao.parties.contracts import LineView
from wanhao.workflows.open_login import open_login
from wanhao.workflows.send_one_time_code import send_one_time_code

BACKEND = "wanhao.access.login_backend.LoginBackend"
STAYS = timedelta(days=30)
RATES = {"code": "30/m/ip,300/h/ip", "try": "60/m/ip,600/h/ip"}
"""How often one address may ask for a code, and try something; many customers share one."""


def send_code(number: int, purpose: CodePurpose) -> IssuedCode:
    """Send a code to a number; of a number nobody has, nothing is sent and nothing is different.

    TooManyCodesError when it is too soon.
    """
    return send_one_time_code(number, purpose, clock.now())


def too_often(request: HttpRequest, what: str, *, reading: bool = False) -> bool:
    """Whether this address asked for that too often; counted, where it is `reading` a page, too."""
    used = ratelimit.consume(
        request, app="wanhao.hall", action=what, config=RATES, limit_get=reading
    )
    return used is None


def begin_session(request: HttpRequest, line: LineView, proof: Proof, *, stay: bool) -> None:
    """Sign in whoever proved to have a line; the session gets a new key."""
    now = clock.now()
    login_id = open_login(line.number, now)
    door = _door(request)
    login(request, get_user_model().objects.get(pk=login_id), backend=BACKEND)
    request.session.set_expiry(STAYS if stay else 0)
    session = HallSession(line_id=line.line_id, seen=now, door=door, stay=stay)
    keep_session(request, session.proving(line.line_id, proof))
    UserSession.objects.create_from_request(request)


def step_up(request: HttpRequest, line_id: int, proof: Proof) -> None:
    """Something more was shown in this session; it gets a new key."""
    session = session_of(request)
    assert session is not None, "nobody is signed in"
    keep_session(request, replace(session, line_id=line_id).proving(line_id, proof))
    renew_key(request)


def renew_key(request: HttpRequest) -> None:
    """Give the session a new key, under which it stays on the list of sessions."""
    old = request.session.session_key
    request.session.cycle_key()
    UserSession.objects.filter(session_key=old).update(session_key=request.session.session_key)


def safe_next(request: HttpRequest, otherwise: str = "hall-home") -> str:
    """Where to go on: an address of ours that the page was asked with, or the page of that name."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else reverse(otherwise)


def _door(request: HttpRequest) -> Door:
    return Door.APP if request.session.get("hall-source") == "app" else Door.WEB
