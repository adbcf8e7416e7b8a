"""Browsers that get a line's reminders: switched on and off by whoever is signed in."""

import base64
import binascii
from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from urllib.parse import urlsplit

from django.db import connection, transaction
from django.db.models import QuerySet

from wanhao.communications.models import PushSubscription
from wanhao.communications.push_contracts import BrowserKeys, Ended, SubscriptionView
from wanhao.parties.binding import bindings_of
from wanhao.values.errors import WanhaoError

MOST_BROWSERS = 10
LONGEST = 1000
POINT_BYTES, SECRET_BYTES = 65, 16
HERE = frozenset({"127.0.0.1", "localhost"})
LOCK = "SELECT pg_advisory_xact_lock(hashtext('wanhao push'), %s)"


@transaction.atomic
def switch_on(
    login_id: int, line_id: int, keys: BrowserKeys, now: datetime, *, services: Collection[str]
) -> SubscriptionView:
    """This browser gets the line's reminders from now on; the same again changes nothing.

    `services` are the push services that are known, by host. WanhaoError when the address is at
    none of them, a key is none, or the login may not ask for the line.
    """
    _refuse_odd(keys, services)
    if line_id not in {one.line.line_id for one in bindings_of(login_id)}:
        raise WanhaoError(f"Login {login_id} has no line {line_id}.", "Bind the line first.")
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [line_id % 2147483647])
    here = PushSubscription.objects.filter(endpoint=keys.endpoint, until=None)
    _end(here.exclude(login_id=login_id), Ended.REPLACED, now)
    same = here.filter(line_id=line_id, p256dh=keys.p256dh, auth=keys.auth).first()
    if same is not None:
        return _view(same)
    _end(here.filter(line_id=line_id), Ended.REPLACED, now)
    of_line = PushSubscription.objects.filter(line_id=line_id, until=None)
    oldest = list(of_line.order_by("-id").values_list("id", flat=True)[MOST_BROWSERS - 1 :])
    _end(of_line.filter(id__in=oldest), Ended.REPLACED, now)
    return _view(
        PushSubscription.objects.create(
            login_id=login_id,
            line_id=line_id,
            endpoint=keys.endpoint,
            p256dh=keys.p256dh,
            auth=keys.auth,
            since=now,
        )
    )


def switch_off(login_id: int, line_id: int, subscription_id: int, now: datetime) -> bool:
    """A browser gets the line's reminders no more; False when it did not for this login."""
    rows = PushSubscription.objects.filter(
        id=subscription_id, login_id=login_id, line_id=line_id, until=None
    )
    return _end(rows, Ended.SWITCHED_OFF, now) > 0


def end_subscription(subscription_id: int, why: Ended, now: datetime) -> bool:
    """The push service knows it no more, or nobody may have it; False when it had ended."""
    return _end(PushSubscription.objects.filter(id=subscription_id, until=None), why, now) > 0


def subscriptions_of(login_id: int, line_id: int) -> tuple[SubscriptionView, ...]:
    """The browsers a login switched on for a line, the newest first."""
    rows = PushSubscription.objects.filter(login_id=login_id, line_id=line_id, until=None)
    return tuple(_view(row) for row in rows.order_by("-id"))


def browsers_of(
    line_ids: Collection[int], now: datetime
) -> dict[int, tuple[SubscriptionView, ...]]:
    """The browsers that get these lines' reminders; one whose login may not ask for the line any
    more is ended."""
    found: dict[int, list[SubscriptionView]] = defaultdict(list)
    rows = PushSubscription.objects.filter(line_id__in=list(line_ids), until=None).order_by("id")
    lines: dict[int, set[int]] = {}
    for row in rows:
        if row.login_id not in lines:
            lines[row.login_id] = {one.line.line_id for one in bindings_of(row.login_id)}
        if row.line_id in lines[row.login_id]:
            found[row.line_id].append(_view(row))
        else:
            end_subscription(row.pk, Ended.UNBOUND, now)
    return {line_id: tuple(views) for line_id, views in found.items()}


def known_service(endpoint: str, services: Collection[str]) -> bool:
    """Whether an address is at one of these hosts, or below it; only this machine without TLS."""
    parts = urlsplit(endpoint)
    host = parts.hostname or ""
    safe = parts.scheme == "https" or (parts.scheme == "http" and host in HERE)
    known = any(host == one or host.endswith(f".{one}") for one in services)
    return safe and known and not (parts.username or parts.password)


def _refuse_odd(keys: BrowserKeys, services: Collection[str]) -> None:
    if len(keys.endpoint) > LONGEST or not known_service(keys.endpoint, services):
        raise WanhaoError(
            "This browser's push service is not known.", "Reminders keep coming by SMS."
        )
    if _length(keys.p256dh) != POINT_BYTES or _length(keys.auth) != SECRET_BYTES:
        raise WanhaoError("This is no key of a browser.", "Switch reminders on again.")


def _length(encoded: str) -> int:
    try:
        return len(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
    except (binascii.Error, ValueError):
        return 0


def _end(rows: QuerySet[PushSubscription], why: Ended, now: datetime) -> int:
    return rows.update(until=now, ended=why.value)


def _view(row: PushSubscription) -> SubscriptionView:
    return SubscriptionView(
        subscription_id=row.pk,
        login_id=row.login_id,
        line_id=row.line_id,
        keys=BrowserKeys(endpoint=row.endpoint, p256dh=row.p256dh, auth=row.auth),
        since=row.since,
    )
