"""Writing a snapshot while counting goes on: in a child process that sees memory as it was.

A fork costs milliseconds, whatever the size of the state, and memory only for what is changed
before it is written. Columns that other processes read are not copied by a fork, so they are
packed first, and the state stands still until then.
"""

import gc
import logging
import os
import select
import signal
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from wanhao.metering.state import MeterState
from wanhao.usage.column_files import ColumnWriter
from wanhao.usage.state_columns import Arrays, Plain, taken_apart
from wanhao.usage.view.segments import handle_behind

log = logging.getLogger(__name__)
_FREE, _WRITTEN = b"f", b"w"
_STANDARD = 2
"""Handles up to here are what every process has."""
_NICER = 5
PACKERS = 2
"""Threads that pack what is shared: while the state stands still, the processors are idle."""
PATIENCE_SECONDS = 600.0
"""How long a child may take for a part of its work."""


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
            self._heard = self._hear(1)

    def is_over(self, seconds: float = 0.0) -> bool:
        """Whether `finish` would not wait; known after so many seconds at the latest."""
        self.wait_until_free()
        return _speaks(self._pipe, seconds)

    def finish(self) -> None:
        """Wait for the child; OSError when it could not write, and then nothing is left of it."""
        self.wait_until_free()
        while said := self._hear(1 << 16):
            self._heard += said
        os.close(self._pipe)
        os.waitpid(self._child, 0)
        if self._heard != _FREE + _WRITTEN:
            self.unfinished.unlink(missing_ok=True)
            trouble = self._heard.lstrip(_FREE).decode("utf8", "replace")
            raise OSError(trouble or "the process that wrote it was ended")

    def give_up(self) -> None:
        """End the child; nothing is left of what it wrote."""
        with suppress(ProcessLookupError):
            os.kill(self._child, signal.SIGKILL)
        os.waitpid(self._child, 0)
        os.close(self._pipe)
        self.unfinished.unlink(missing_ok=True)

    def _hear(self, octets: int) -> bytes:
        """What the child says next, nothing when it ended. One that is stuck is ended."""
        if not _speaks(self._pipe, PATIENCE_SECONDS):
            os.kill(self._child, signal.SIGKILL)
        return os.read(self._pipe, octets)


def _speaks(pipe: int, seconds: float) -> bool:
    """Whether something comes from a pipe within so many seconds, its end included."""
    poll = select.poll()
    poll.register(pipe, select.POLLIN)
    return bool(poll.poll(1000 * seconds))


def write_state(handle: int, state: MeterState, told: Plain) -> Iterator[None]:
    """Write a state and what is told beside it. It stops once, where the state may change again if
    this is a copy of it: what others see of it is packed by then, though a slow disk may not have
    taken it yet."""
    arrays, plain = taken_apart(state)
    writer = ColumnWriter(handle)
    shared = _shared(arrays)
    with ThreadPoolExecutor(1) as disk:
        with ThreadPoolExecutor(PACKERS) as packers:
            for path, source in shared.items():
                writer.add_shared(path, arrays[path], source, packers, disk)
        yield
        writer.settle()
    for path in arrays.keys() - shared.keys():
        writer.add(path, arrays[path])
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
    would hold the meter's lock after the meter died. Collecting garbage would touch, and so copy,
    every object there is."""
    said = _WRITTEN
    gc.disable()
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        _close_others({pipe, *_shared(taken_apart(state)[0]).values()})
        with opened_anew(unfinished) as handle:
            for _ in write_state(handle, state, told):
                os.write(pipe, _FREE)
                os.nice(_NICER)
    except BaseException as error:
        said = str(error).encode()
    try:
        os.write(pipe, said or b"?")
    finally:
        os._exit(0)


def _shared(arrays: Arrays) -> dict[str, int]:
    """The arrays that other processes see themselves, with the open file of each: a fork keeps no
    copy of them."""
    handles = {path: handle_behind(array) for path, array in arrays.items()}
    return {path: handle for path, handle in handles.items() if handle is not None}


def _close_others(kept: set[int]) -> None:
    for name in os.listdir("/proc/self/fd"):
        if int(name) > _STANDARD and int(name) not in kept:
            with suppress(OSError):
                os.close(int(name))


@contextmanager
def opened_anew(path: Path) -> Iterator[int]:
    """A file that is begun anew, as an open handle."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o640)
    try:
        yield handle
    finally:
        os.close(handle)
