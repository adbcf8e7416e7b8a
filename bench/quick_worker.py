"""What of `wanhao worker` is in a hurry: the thread of messages and promises, and the network's.

`python -m bench.quick_worker` works until it is told to stop (SIGTERM). The worker's long work, the
bills of everybody, would be done beside it on another machine's processors.
"""

import signal
import threading

import django

django.setup()

from wanhao.project.env import environment  # noqa: E402 - Django first
from wanhao.project.network import network_sender  # noqa: E402
from wanhao.project.patience import work_until  # noqa: E402
from wanhao.project.worker import LONGEST_WAIT, Turns, machine_clock  # noqa: E402


def main() -> None:
    """Work until stopped."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    network = network_sender(stop, machine_clock, environment())
    assert network is not None, "no network is set"
    beside = threading.Thread(target=work_until, args=(stop, network))
    beside.start()
    work_until(stop, Turns(stop, LONGEST_WAIT, machine_clock))
    beside.join()


if __name__ == "__main__":
    main()
