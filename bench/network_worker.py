"""A sender of `make bench-network` in a process of its own, ours or the peer's.

Usage: network_worker ours|peer URL. It sends until it is told to stop (SIGTERM).
"""

import signal
import sys
import threading
from collections.abc import Callable

import django

django.setup()

from django.db import connection  # noqa: E402 - Django first

from wanhao.network import claiming  # noqa: E402
from wanhao.network.gateway.client import GatewayConfig, HttpProvisioning  # noqa: E402
from wanhao.network.reachable import read_reachable  # noqa: E402
from wanhao.network.sending import Sender  # noqa: E402
from wanhao.project.network import LONGEST_WAIT, NetworkSender  # noqa: E402
from wanhao.project.patience import work_until  # noqa: E402
from wanhao.project.worker import machine_clock  # noqa: E402

TOKEN = "bench"
# In the order in which they were asked for, without an index of what waits in that order.
FIRST_COME = claiming.CLAIM.replace(
    "ORDER BY barring IN ('outgoing', 'all'), next_at", "ORDER BY requested_at"
)


def ours(stop: threading.Event, sender: Sender) -> Callable[[], None]:
    """The network's thread of `wanhao worker`."""
    return NetworkSender(stop, machine_clock, sender)


def peer(stop: threading.Event, sender: Sender) -> Callable[[], None]:
    """The same batches, first come, first served, looked for twice a second."""
    claiming.CLAIM = FIRST_COME

    def turn() -> None:
        if not sender.send().taken:
            stop.wait(LONGEST_WAIT)

    return turn


def main() -> None:
    """Send until stopped."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    network = HttpProvisioning(GatewayConfig(url=sys.argv[2], token=TOKEN))
    turn = {"ours": ours, "peer": peer}[sys.argv[1]](
        stop, Sender(network, read_reachable(), machine_clock)
    )
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO bench_ready VALUES (1)")
    work_until(stop, turn)


if __name__ == "__main__":
    main()
