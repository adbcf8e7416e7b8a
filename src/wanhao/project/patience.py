"""Work that goes on when the database comes back."""

import logging
import threading
from collections.abc import Callable

from django.db import InterfaceError, OperationalError, connection

RETRY_SECONDS = 2.0

logger = logging.getLogger(__name__)


def work_until(stop: threading.Event, turn: Callable[[], None]) -> None:
    """Take turn after turn until `stop` is set; while the database is away, wait for it."""
    while not stop.is_set():
        try:
            turn()
        except (OperationalError, InterfaceError) as error:
            logger.warning("waiting for the database: %s", str(error).strip())
            connection.close()
            stop.wait(RETRY_SECONDS)
    connection.close()
