"""Takes reminders to the push services of customers' browsers, and notes what became of each.

Accepted is what a service took for one browser at least. A browser the service knows no more is
ended; when none is left, the message goes by SMS. Where the service may have taken it and did not
say so, the message is unanswered, as by SMS.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

import httpx

from wanhao.channels.push.contracts import PushConfig
from wanhao.channels.push.encrypting import encrypted, payload
from wanhao.communications import actions
from wanhao.communications.push_contracts import Ended, OutgoingPush, SubscriptionView
from wanhao.communications.push_subscriptions import end_subscription, known_service
from wanhao.communications.pushing import (
    claim_pushes,
    mark_not_pushed,
    mark_pushed,
    push_later,
)

BATCH = 50
LONGEST_TTL = timedelta(days=1)
GONE = (404, 410)
Clock = Callable[[], datetime]

logger = logging.getLogger(__name__)


class Outcome(StrEnum):
    """What a service said about one browser."""

    TOOK = "took"
    GONE = "gone"
    REFUSED = "refused"
    LATER = "later"
    UNANSWERED = "unanswered"


def send_pushes(worker: str, config: PushConfig, clock: Clock) -> tuple[int, int]:
    """Send what waits for push, some at once; returns how many were taken in hand, and how many of
    those wait again, since a service was away or busy."""
    waiting = claim_pushes(worker, BATCH, clock(), sign_off=config.sign_off)
    later: list[OutgoingPush] = []
    with httpx.Client(timeout=config.timeout, follow_redirects=False) as client:
        for push in waiting:
            told = [_send(client, push, one, config, clock) for one in push.to]
            if not _note(push, told, clock):
                later.append(push)
    if later:
        push_later(later, clock())
    return len(waiting), len(later)


def _note(push: OutgoingPush, told: Sequence[Outcome], clock: Clock) -> bool:
    """Write down what became of it; False when it must wait."""
    if Outcome.TOOK in told:
        mark_pushed(push, clock())
    elif Outcome.UNANSWERED in told:
        if not push.is_copy:
            actions.mark_unknown(push.message_id, clock())
        else:
            mark_not_pushed(push, "no answer", clock())
    elif Outcome.LATER in told:
        return False
    else:
        mark_not_pushed(push, "no push service took it", clock())
    return True


def _send(
    client: httpx.Client,
    push: OutgoingPush,
    to: SubscriptionView,
    config: PushConfig,
    clock: Clock,
) -> Outcome:
    endpoint = to.keys.endpoint
    if not known_service(endpoint, config.services):
        return Outcome.REFUSED
    title = config.title_zh if push.language == "zh" else config.title_en
    try:
        body = encrypted(payload(push, title), to.keys)
        answer = client.post(endpoint, content=body, headers=_headers(push, to, config, clock()))
    except ValueError:
        end_subscription(to.subscription_id, Ended.GONE, clock())
        return Outcome.GONE
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
        return Outcome.LATER
    except httpx.HTTPError:
        return Outcome.UNANSWERED
    return _understood(answer, push, to, clock())


def _understood(
    answer: httpx.Response, push: OutgoingPush, to: SubscriptionView, now: datetime
) -> Outcome:
    if answer.is_success:
        return Outcome.TOOK
    if answer.status_code in GONE:
        end_subscription(to.subscription_id, Ended.GONE, now)
        return Outcome.GONE
    logger.warning("message %d: the push service said %d", push.message_id, answer.status_code)
    busy = answer.status_code == 429 or answer.is_server_error
    return Outcome.LATER if busy else Outcome.REFUSED


def _headers(
    push: OutgoingPush, to: SubscriptionView, config: PushConfig, now: datetime
) -> dict[str, str]:
    left = LONGEST_TTL if push.expires_at is None else push.expires_at - now
    seconds = int(min(left, LONGEST_TTL).total_seconds())
    return {
        "Authorization": config.key.proof(to.keys.endpoint, config.contact, now),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(max(seconds, 0)),
        "Urgency": "high" if push.urgent else "normal",
        "Topic": f"wanhao-{push.message_id}",
    }
