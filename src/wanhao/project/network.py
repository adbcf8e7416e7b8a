"""The network of this installation, and the thread of a worker that keeps it told."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime

from django.db import InterfaceError, OperationalError, connection

from wanhao.network import waking
from wanhao.network.gateway.client import HttpProvisioning
from wanhao.network.queries import next_due
from wanhao.network.reachable import read_reachable
from wanhao.network.sending import Sender, Sent
from wanhao.project.env import Environment, environment
from wanhao.project.gateway import gateway_config

LONGEST_WAIT = 0.5
SHORTEST_WAIT = 0.05
FIRST_PAUSE = 0.2
LONGEST_PAUSE = 5.0

logger = logging.getLogger(__name__)


def refuse_wrong_list() -> None:
    """No process runs with a list of reachable numbers that lacks an emergency number."""
    read_reachable(environment().network_reachable_file)


class NetworkSender:
    """One turn sends what waits, or waits until there is something.

    While the network is away the pauses grow, up to five seconds; what is asked meanwhile is sent
    when it is back.
    """

    def __init__(
        self, stop: threading.Event, clock: Callable[[], datetime], sender: Sender
    ) -> None:
        self._stop, self._clock, self._sender = stop, clock, sender
        self._pause = FIRST_PAUSE
        self._away = ""
        self._listening: object = None

    def __call__(self) -> None:
        """Take one turn."""
        self._listen()
        sent = self._send()
        if sent.taken:
            self._say(sent.away)
        if sent.away:
            self._stop.wait(self._pause)
            self._pause = min(self._pause * 2, LONGEST_PAUSE)
        elif sent.taken:
            self._pause = FIRST_PAUSE
        elif not self._stop.is_set():
            waking.wait(self._until_next())

    def _send(self) -> Sent:
        """Nobody is told anything any more when this thread ends, so what nobody foresaw must not
        end it."""
        try:
            return self._sender.send()
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:
            logger.exception("profiles could not be sent and are sent again later")
            return Sent(taken=1, away=f"{type(error).__name__}: {error}")

    def _listen(self) -> None:
        """Hear of what is asked, again after the connection was lost."""
        connection.ensure_connection()
        if self._listening is not connection.connection:
            waking.listen()
            self._listening = connection.connection

    def _until_next(self) -> float:
        due = next_due()
        if due is None:
            return LONGEST_WAIT
        return min(max((due - self._clock()).total_seconds(), SHORTEST_WAIT), LONGEST_WAIT)

    def _say(self, away: str) -> None:
        """Log once that the network is away, and that it is back."""
        if away and away != self._away:
            logger.warning("profiles wait: %s", away)
        if self._away and not away:
            logger.warning("the network answers again")
        self._away = away


def network_sender(
    stop: threading.Event, clock: Callable[[], datetime], env: Environment
) -> NetworkSender | None:
    """As the environment says, None where no network is connected; WanhaoError when it is wrong.

    A list of reachable numbers without an emergency number is refused in any case.
    """
    lists = read_reachable(env.network_reachable_file)
    config = gateway_config(env)
    if config is None:
        return None
    return NetworkSender(stop, clock, Sender(HttpProvisioning(config), lists, clock))
