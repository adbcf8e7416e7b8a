"""A follower and forwarder in a process of its own that kills itself at the given place.

Usage: killed_follower URL PLACE HOW-OFTEN-IT-MAY-PASS. Places are functions of the two workflows.
"""

import os
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import django

django.setup()

from wanhao.billing.foreign.client import ForeignBillingClient  # noqa: E402 - Django first
from wanhao.billing.foreign.contracts import ForeignBillingError  # noqa: E402
from wanhao.billing.foreign.source import ForeignBilling  # noqa: E402
from wanhao.billing.ports import provide_billing  # noqa: E402
from wanhao.project.demo.billing_peer import TOKEN  # noqa: E402
from wanhao.workflows import follow_foreign_billing as follow  # noqa: E402
from wanhao.workflows import forward_payments as forward  # noqa: E402


def killing(function: Callable[..., Any], passes: int, *, after: bool) -> Callable[..., Any]:
    """The function, ending this process around its call after so many calls passed."""
    left = [passes]

    def called(*args: Any, **kwargs: Any) -> Any:
        left[0] -= 1
        if left[0] < 0 and not after:
            os.kill(os.getpid(), signal.SIGKILL)
        result = function(*args, **kwargs)
        if left[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    return called


def main() -> None:
    """Follow and forward to the end, unless killed; claims of the killed are long over."""
    url, place, passes = sys.argv[1], sys.argv[2], int(sys.argv[3])
    provide_billing(ForeignBilling())
    client = ForeignBillingClient(url, TOKEN, pause=lambda ms: None)
    name, when = place.split(":")
    for owner in (follow, forward, ForeignBillingClient):
        if hasattr(owner, name):
            setattr(owner, name, killing(getattr(owner, name), passes, after=when == "after"))
    while follow.follow_foreign_billing(client, datetime.now(UTC)).more:
        pass
    later = datetime.now(UTC) + timedelta(hours=passes + 1)
    try:
        forward.forward_payments(client, lambda: later)
    except ForeignBillingError as error:
        print(error)
    client.close()


if __name__ == "__main__":
    main()
