"""Passkeys of customers: registered, shown, removed. The ceremony itself is allauth's."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth
from django.core.exceptions import ValidationError
from django.http import HttpRequest

MOST = 5
NAME_LENGTH = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    """A passkey as its owner sees it."""

    passkey_id: int
    name: str
    since: datetime
    used: datetime | None


def passkeys_of(request: HttpRequest) -> list[Passkey]:
    """The passkeys of who is signed in."""
    return [
        Passkey(
            passkey_id=row.pk,
            name=row.data["name"],
            since=row.created_at,
            used=row.last_used_at,
        )
        for row in _rows(request).order_by("id")
    ]


def asked(request: HttpRequest) -> Mapping[str, Any] | None:
    """What the browser is to sign to show a passkey; None where there is none."""
    if not _rows(request).exists():
        return None
    return {"request_options": auth.begin_authentication(_user(request))}


def offered(request: HttpRequest) -> Mapping[str, Any]:
    """What the browser is to make a passkey from."""
    return {"creation_options": auth.begin_registration(_user(request), False)}


def shown(request: HttpRequest) -> bool:
    """Whether a passkey of who is signed in was shown."""
    try:
        credential = auth.parse_authentication_response(_posted(request))
        found = auth.complete_authentication(_user(request), _posted(request))
    except (ValidationError, ValueError, TypeError, KeyError):
        return False
    del credential
    found.record_usage()
    return True


def register(request: HttpRequest) -> bool:
    """Keep the passkey the browser made; False where it made none we can take."""
    try:
        credential = _posted(request)
        auth.parse_registration_response(credential)
        auth.complete_registration(credential)
    except (ValidationError, ValueError, TypeError, KeyError):
        return False
    if _rows(request).count() >= MOST:
        return False
    name = request.POST.get("name", "").strip()[:NAME_LENGTH] or "Passkey"
    auth.WebAuthn.add(_user(request), name, credential)
    return True


def remove(request: HttpRequest, passkey_id: int) -> bool:
    """Take a passkey of who is signed in away; False where there is none."""
    return bool(_rows(request).filter(pk=passkey_id).delete()[0])


def _posted(request: HttpRequest) -> Any:
    found = json.loads(request.POST.get("credential", "") or "null")
    if not isinstance(found, dict):
        raise TypeError("no credential")
    return found


def _user(request: HttpRequest) -> Any:
    return request.user


def _rows(request: HttpRequest) -> Any:
    return Authenticator.objects.filter(user_id=_user(request).pk, type=Authenticator.Type.WEBAUTHN)
