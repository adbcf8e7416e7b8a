"""Which adapter stands behind which port."""

import threading
import time
from datetime import timedelta

from wanhao.project import clock
from wanhao.project.archive import keeping_archive
from wanhao.project.env import environment
from wanhao.usage.folders import Folders
from wanhao.usage.local import LocalMeter
from wanhao.usage.memory import Memory
from wanhao.usage.remembering import MB, Remembering
from wanhao.usage.standby import Standby
from wanhao.workflows.tell_customers import TellCustomers

SAY_AT_MOST_EVERY = 5.0


def build_meter() -> LocalMeter:
    """The meter of this machine, telling customers of what it finds."""
    env = environment()
    return LocalMeter(
        folders=Folders(env.data / "usage"),
        sink=TellCustomers(),
        clock=clock.now,
        shards=env.meter_shards,
        batch_rows=env.meter_batch_rows,
        snapshot_every=env.snapshot_every,
        keep_done=timedelta(days=env.keep_done_days),
        memory=Memory(env.meter_memory_mb * MB or None),
        remembering=Remembering(
            days=env.duplicate_days,
            days_of=env.duplicate_days_of,
            memory=env.duplicate_memory_mb * MB,
        ),
    )


def follower_of(meter: LocalMeter) -> Standby:
    """What follows another meter on behalf of this one."""
    return Standby(
        folders=meter.folders,
        shards=meter.shards,
        remembering=meter.remembering,
        clock=meter.clock,
        memory=meter.memory,
        batch_rows=meter.batch_rows,
    )


def run_meter(stop: threading.Event, *, standby: bool = False) -> None:
    """Count usage files until told to stop, saying now and then how far it is; as a standby only
    when no other meter counts any more."""
    meter = build_meter()
    if standby:
        print("standing by; counting begins when no other meter counts")
        meter.warm = follower_of(meter).wait(stop)
    said_at = 0.0

    def say(part: str) -> None:
        nonlocal said_at
        if part == "apply" and time.monotonic() - said_at > SAY_AT_MOST_EVERY:
            said_at = time.monotonic()
            print(f"batch {meter.state.last_batch} counted at {clock.now():%H:%M:%S} UTC")

    meter.checkpoint = say
    print("waiting for usage files")
    with keeping_archive(stop):
        meter.run(stop)
