"""Which adapter stands behind which port."""

import threading

from wanhao.project.env import environment
from wanhao.usage.folders import Folders
from wanhao.usage.local import LocalMeter
from wanhao.workflows.tell_customers import TellCustomers


def build_meter() -> LocalMeter:
    """The meter of this machine, telling customers of what it finds."""
    env = environment()
    return LocalMeter(
        folders=Folders(env.data / "usage"),
        sink=TellCustomers(),
        shards=env.meter_shards,
        batch_rows=env.meter_batch_rows,
        snapshot_every=env.snapshot_every,
    )


def run_meter(stop: threading.Event) -> None:
    """Count usage files until told to stop."""
    build_meter().run(stop)
