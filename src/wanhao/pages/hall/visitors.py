"""Who is signed in at the hall, and how sure we are of it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import resolve_url
from django_htmx.http import HttpResponseClientRefresh

from wanhao.access.contracts import LoginKind
from wanhao.menu.contracts import Asker, Door, IdentityLevel
from wanhao.pages.design import clock
from wanhao.pages.design.language import language_of_page
from wanhao.pages.hall.proofs import SEEN_EVERY, HallSession, from_json, to_json
from wanhao.parties.binding import bindings_of
from wanhao.parties.contracts import Language, LineView

P = ParamSpec("P")
KEPT = "hall"
_LOOKED_UP = "_wanhao_visitor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who is signed in at this request: the login, the line it is at among its lines, how sure we
    are (KNOWN: a remembered session or another line's proof; VERIFIED: a one-time code or the
    service password in this session; STRONG: both, or a passkey), and the door."""

    login_id: int
    line: LineView
    lines: tuple[LineView, ...]
    level: IdentityLevel
    door: Door
    language: Language
    large_type: bool = False

    def asker(self) -> Asker:
        """As the menu knows who asks."""
        return Asker(
            door=self.door,
            level=self.level,
            language=self.language,
            line=self.line,
            name=f"login {self.login_id}",
            login_id=self.login_id,
        )


def visitor_of(request: HttpRequest) -> Visitor | None:
    """Who is signed in, None for nobody; looked up once a request."""
    if not hasattr(request, _LOOKED_UP):
        setattr(request, _LOOKED_UP, _look_up(request))
    found: Visitor | None = getattr(request, _LOOKED_UP)
    return found


def for_customers(
    view: Callable[Concatenate[HttpRequest, Visitor, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Give the view its visitor; whoever is not signed in goes to sign in, and then comes back."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        visitor = visitor_of(request)
        if visitor is not None:
            return view(request, visitor, *args, **kwargs)
        if request.headers.get("HX-Request"):
            return HttpResponseClientRefresh()
        return redirect_to_login(request.get_full_path(), resolve_url("hall-sign-in"))

    return guarded


def session_of(request: HttpRequest) -> HallSession | None:
    """What the session at the hall proved, and what is left of it now."""
    kept = request.session.get(KEPT)
    return None if kept is None else from_json(kept).at(clock.now())


def keep_session(request: HttpRequest, session: HallSession) -> None:
    """Keep what the session proved; who the visitor is, is looked up again."""
    request.session[KEPT] = to_json(session)
    if hasattr(request, _LOOKED_UP):
        delattr(request, _LOOKED_UP)


def _look_up(request: HttpRequest) -> Visitor | None:
    session = session_of(request)
    user = request.user
    if session is None or not user.is_authenticated or user.kind != LoginKind.CUSTOMER:
        return None
    bound = bindings_of(user.pk)
    if not bound:
        return None
    at = next((one for one in bound if one.line.line_id == session.line_id), bound[0])
    here = replace(session, line_id=at.line.line_id)
    _note_seen(request, here)
    return Visitor(
        login_id=user.pk,
        line=at.line,
        lines=tuple(one.line for one in bound),
        level=here.level,
        door=here.door,
        language=language_of_page(),
        large_type=at.large_type,
    )


def _note_seen(request: HttpRequest, session: HallSession) -> None:
    now = clock.now()
    # A part that is fetched again by itself is nobody at the screen.
    if request.headers.get("HX-Request"):
        return
    if now - session.seen > SEEN_EVERY or request.session[KEPT]["line"] != session.line_id:
        request.session[KEPT] = to_json(replace(session, seen=now))
