"""A sender in a process of its own: it sends to the network at URL until nothing waits.

Usage: sending_process URL TOKEN LIVES PLACE. After LIVES batches it kills itself: with profiles in
hand but not sent, or sent and not written down. With -1 it lives.
"""

import os
import signal
import sys
import time
from datetime import UTC, datetime

import django

django.setup()

from wanhao.network.gateway.client import GatewayConfig, HttpProvisioning  # noqa: E402
from wanhao.network.queries import next_due  # noqa: E402
from wanhao.network.reachable import read_reachable  # noqa: E402
from wanhao.network.sending import Sender  # noqa: E402


class Mortal(HttpProvisioning):
    """Ends its process before or after it sent so many batches."""

    lives = int(sys.argv[3])
    place = sys.argv[4]

    def put(self, profiles):
        if self.place == "before":
            self.live_on()
        answers = super().put(profiles)
        if self.place == "after":
            self.live_on()
        return answers

    def live_on(self):
        if self.lives == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        self.lives -= 1


def main() -> None:
    """Send what waits; what others have in hand is waited for."""
    config = GatewayConfig(url=sys.argv[1], token=sys.argv[2])
    sender = Sender(Mortal(config), read_reachable(), lambda: datetime.now(UTC))
    while next_due() is not None:
        if not sender.send().taken:
            time.sleep(0.02)


if __name__ == "__main__":
    main()
