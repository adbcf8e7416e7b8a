"""Signs a test's browser in at the hall, as sure as the test needs it."""

from datetime import datetime

from allauth.usersessions.models import UserSession
from django.test import Client

from wanhao.access.models import Login
from wanhao.menu.contracts import Door, IdentityLevel
from wanhao.pages.hall.proofs import HallSession, Proof, to_json
from wanhao.pages.hall.visitors import KEPT
from wanhao.parties.queries import lines_by_number
from wanhao.workflows.open_login import open_login

SHOWN = {
    IdentityLevel.KNOWN: frozenset[Proof](),
    IdentityLevel.VERIFIED: frozenset({Proof.CODE}),
    IdentityLevel.STRONG: frozenset({Proof.CODE, Proof.PASSWORD}),
}


def sign_in(
    client: Client,
    number: int,
    now: datetime,
    level: IdentityLevel = IdentityLevel.VERIFIED,
    *,
    door: Door = Door.WEB,
    stay: bool = False,
) -> int:
    """Sign in with a number; returns the login."""
    login_id = open_login(number, now)
    line = lines_by_number([number])[number]
    client.force_login(Login.objects.get(id=login_id))
    session = client.session
    session[KEPT] = to_json(
        HallSession(
            line_id=line.line_id,
            seen=now,
            door=door,
            stay=stay,
            proofs={line.line_id: SHOWN[level]},
        )
    )
    session.save()
    UserSession.objects.get_or_create(
        session_key=session.session_key,
        defaults={"user_id": login_id, "ip": "127.0.0.1", "user_agent": "test"},
    )
    return login_id
