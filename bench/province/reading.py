"""Where lines stand, looked up by another process while a meter of the whole province counts."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from bench.figures import figure, require, say
from bench.province import counting
from bench.province import setting_up as ready
from bench.province.latency import Feeder
from bench.province.meter import metering, progress
from bench.province.scale import CACHE, LINES
from bench.scratch import SCRATCH

Told = dict[str, float]


def reading() -> list[dict[str, object]]:
    """Beside a meter that takes all it can get of the processors, then at a busy hour's rate."""
    ready.have_meter(LINES)
    busy, steady = ready.read_busy(), ready.read_steadily()
    files = steady.files(CACHE)
    with metering() as meter:
        counting.until_serving(meter, place=9)
        with _looking_up() as beside_all:
            counting.count_traffic(meter, busy).tell("while it was read")
        before = progress()[1]
        with _looking_up() as beside_steady:
            feeder = Feeder(files)
            feeder.start()
            meter.wait_for(before + steady.records)
    return [*_figures("full_speed", beside_all), *_figures("steady_rate", beside_steady)]


@contextmanager
def _looking_up() -> Iterator[Told]:
    """Another process looks up meanwhile; what it tells is there in the end."""
    told: Told = {}
    command = [sys.executable, "-m", "bench.province.looking_up", str(SCRATCH / "usage")]
    with subprocess.Popen(
        [*command, str(LINES)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield told
        said, _ = process.communicate()
    require(process.returncode == 0, f"looking up ended with {process.returncode}")
    told.update(json.loads(said))


def _figures(beside: str, told: Told) -> list[dict[str, object]]:
    alone, together = (told[name] / told[f"{name}_seconds"] for name in ("alone", "together"))
    say(
        f"  {beside}: half took {told['alone_half']:.1f} µs, 99 of 100 {told['alone_most']:,.0f} µs"
    )
    return [
        figure(f"look_ups_one_by_one_at_{beside}", alone, "/s", 0),
        figure(f"look_ups_of_a_processor_at_{beside}", told["alone_by_processor"], "/s", 0),
        figure(f"look_ups_ten_thousand_at_once_at_{beside}", together, "/s", 0),
    ]
