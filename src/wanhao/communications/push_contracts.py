"""What other rooms may hold of messages pushed to a customer's browser or app."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

SERVICES = (
    "fcm.googleapis.com",
    "push.services.mozilla.com",
    "notify.windows.com",
    "push.apple.com",
)
"""The push services of the usual browsers, by host."""


class CopyState(StrEnum):
    """What became of the pushed copy of a required message; it is tried once."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    DROPPED = "dropped"


class Ended(StrEnum):
    """Why a subscription ended."""

    SWITCHED_OFF = "switched off"
    GONE = "gone"
    REPLACED = "replaced"
    UNBOUND = "unbound"


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserKeys:
    """Where and how a browser is reached: the address at its push service, its public key and its
    secret, both in base64url (RFC 8291)."""

    endpoint: str
    p256dh: str
    auth: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionView:
    """A browser that gets a line's reminders, for the login that switched it on."""

    subscription_id: int
    login_id: int
    line_id: int
    keys: BrowserKeys
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingPush:
    """A message claimed for push and the browsers it goes to; `is_copy`: it goes by SMS as well.

    `text` stands without the sign-off. After `expires_at` it is no longer true.
    """

    message_id: int
    text: str
    language: str
    urgent: bool
    expires_at: datetime | None
    is_copy: bool
    to: tuple[SubscriptionView, ...]
