"""The thread of a worker that asks payment channels what they have not told."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError

from wanhao.billing.orders.ports import connected_channels
from wanhao.workflows.look_up_payments import look_up_payments
from wanhao.workflows.reconcile_payments import reconcile_due
from wanhao.workflows.refund_order import ask_for_refunds

PAUSE_SECONDS = 1.0
RECONCILE_EVERY = timedelta(minutes=10)

logger = logging.getLogger(__name__)


class PaymentWork:
    """One turn asks about one order and one refund, now and then for a statement, and waits when
    nothing was due. A channel may take seconds to answer: nothing else waits for this thread."""

    def __init__(
        self, stop: threading.Event, clock: Callable[[], datetime], pause: float = PAUSE_SECONDS
    ) -> None:
        self._stop, self._clock, self._pause = stop, clock, pause
        self._reconcile_at = clock()

    def __call__(self) -> None:
        """Take one turn."""
        asked = [self._try(step) for step in (look_up_payments, ask_for_refunds)]
        if self._clock() >= self._reconcile_at:
            more = self._try(reconcile_due)
            self._reconcile_at = self._clock() + (timedelta() if more else RECONCILE_EVERY)
            asked.append(more)
        if not any(asked):
            self._stop.wait(self._pause)

    def _try(self, step: Callable[[datetime], bool]) -> bool:
        """Whether there was something to do; what failed is asked again later."""
        try:
            return step(self._clock())
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            logger.exception("a payment channel could not be asked and will be again")
            return False


def payment_work(stop: threading.Event, clock: Callable[[], datetime]) -> PaymentWork | None:
    """None where no channel is connected."""
    return PaymentWork(stop, clock) if connected_channels() else None
