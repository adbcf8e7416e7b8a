"""Reading beside a meter that changes every row all the time, in another process."""

import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.usage.hammering_meter import CUSTOMERS
from wanhao.usage.ports import OutOfReachError
from wanhao.usage.view.reader import LocalReader

PATIENCE = 30.0
ROUNDS = 2_000


@pytest.fixture
def hammering(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A meter that counts for as long as the test lasts."""
    script = Path(__file__).with_name("hammering_meter.py")
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with subprocess.Popen(
        [sys.executable, str(script), str(tmp_path)],
        env=env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "counts\n"
        yield process
        process.kill()


@pytest.mark.usefixtures("hammering")
def test_no_row_is_ever_torn(tmp_path):
    reader = LocalReader(tmp_path, patience=PATIENCE)
    chance, batches = random.Random(4), set()
    while len(batches) < ROUNDS // 20:
        for _ in range(ROUNDS // 20):
            use = reader.use_of(chance.randint(1, CUSTOMERS))
            assert use is not None
            assert {one.used for one in use.home} == {use.batch}
            assert {one.allowance for one in use.home} == {1_000_000}
            batches.add(use.batch)


@pytest.mark.usefixtures("hammering")
def test_rows_that_are_read_together_are_whole_each(tmp_path):
    reader = LocalReader(tmp_path, patience=PATIENCE)
    groups, seen = np.arange(1, CUSTOMERS + 1), set()
    while len(seen) < 20:
        found = reader.columns_of(groups)
        assert found.known.all()
        assert (found.used == found.used[:, :1]).all()
        seen.add(int(found.used[0, 0]))


@pytest.mark.usefixtures("hammering")
def test_several_threads_may_share_a_reader(tmp_path):
    reader, torn = LocalReader(tmp_path, patience=PATIENCE), []

    def look(seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(ROUNDS):
            use = reader.use_of(chance.randint(1, CUSTOMERS))
            if use is None or {one.used for one in use.home} != {use.batch}:
                torn.append(use)

    threads = [threading.Thread(target=look, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert torn == []


def test_a_meter_that_is_killed_leaves_whole_rows_or_none(tmp_path, hammering):
    reader = LocalReader(tmp_path, patience=PATIENCE)
    assert reader.use_of(1) is not None
    hammering.send_signal(signal.SIGKILL)
    hammering.wait()
    for group in range(1, CUSTOMERS + 1):
        try:
            use = reader.use_of(group)
        except OutOfReachError:
            continue
        assert use is not None
        assert {one.used for one in use.home} == {use.batch}
    with pytest.raises(OutOfReachError):
        LocalReader(tmp_path, patience=PATIENCE).use_of(1)
