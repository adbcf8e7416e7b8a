"""Writing a snapshot while counting goes on: in a child process that sees memory as it was.

A fork costs milliseconds, whatever the size of the state, and memory only for what is changed
before it is written. Columns that other processes read are not copied by a fork, so they are
written first, and the state stands still until then.
"""

import logging
import os
import select
import signal
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from wanhao.metering.state import MeterState
from wanhao.usage.column_files import ColumnWriter
from wanhao.usage.state_columns import Plain, is_shared, taken_apart

log = logging.getLogger(__name__)
_FREE, _WRITTEN = b"f", b"w"
_PIPE = 3
_MOST_HANDLES = 1 << 16
_NICER = 5


@dataclass(slots=True)
class Saving:
    """A child that writes a state to `unfinished`."""

    unfinished: Path
    _child: int
    _pipe: int
    _heard: bytes = b""

    def wait_until_free(self) -> None:
        """Until the state may change again."""
        if not self._heard:
            self._heard = os.read(self._pipe, 1)

    def is_over(self, seconds: float = 0.0) -> bool:
        """Whether `finish` would not wait; known after so many seconds at the latest."""
        self.wait_until_free()
        return bool(select.select([self._pipe], [], [], seconds)[0])

    def finish(self) -> None:
        """Wait for the child; OSError when it could not write, and then nothing is left of it."""
        self.wait_until_free()
        while said := os.read(self._pipe, 1 << 16):
            self._heard += said
        os.close(self._pipe)
        os.waitpid(self._child, 0)
        if self._heard != _FREE + _WRITTEN:
            self.unfinished.unlink(missing_ok=True)
            trouble = self._heard.lstrip(_FREE).decode("utf8", "replace")
            raise OSError(trouble or "the process that wrote it was ended")


def write_state(handle: int, state: MeterState, told: Plain) -> Iterator[None]:
    """Write a state and what is told beside it. It stops once, where the state may change again if
    this is a copy of it: what others see of it stands in the file by then."""
    arrays, plain = taken_apart(state)
    writer = ColumnWriter(handle)
    shared = {path: array for path, array in arrays.items() if is_shared(array)}
    for path, array in shared.items():
        writer.add(path, array)
    yield
    for path, array in arrays.items():
        if path not in shared:
            writer.add(path, array)
    writer.finish({**told, "plain": plain})


def begin_saving(unfinished: Path, state: MeterState, told: Plain) -> Saving:
    """Begin to write a state as it is now. OSError where no process can be made."""
    reading, writing = os.pipe()
    try:
        with warnings.catch_warnings():
            # The child only writes; it takes no lock that another thread may hold.
            warnings.simplefilter("ignore", DeprecationWarning)
            child = os.fork()
    except OSError:
        os.close(reading)
        os.close(writing)
        raise
    if child == 0:
        _be_the_child(writing, unfinished, state, told)
    os.close(writing)
    return Saving(unfinished, child, reading)


def _be_the_child(pipe: int, unfinished: Path, state: MeterState, told: Plain) -> NoReturn:
    """Never returns. Handles are closed first: a connection to the database that stayed open here
    would hold the meter's lock after the meter died."""
    said = _WRITTEN
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.dup2(pipe, _PIPE)
        os.closerange(_PIPE + 1, _MOST_HANDLES)
        os.nice(_NICER)
        with _opened(unfinished) as handle:
            for _ in write_state(handle, state, told):
                os.write(_PIPE, _FREE)
    except BaseException as error:
        said = str(error).encode()
    try:
        os.write(_PIPE, said or b"?")
    finally:
        os._exit(0)


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o640)
    try:
        yield handle
    finally:
        os.close(handle)
