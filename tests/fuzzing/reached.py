"""Which lines of the readers a corpus reaches: every input once, watched line by line.

Usage: reached NAME CORPUS; prints a line for each file: its name, lines reached, lines there are.
"""

import sys
import threading
from pathlib import Path
from types import CodeType, FrameType

from tests.fuzzing import smpp, usage_files

SOURCE = Path(__file__).resolve().parents[2] / "src" / "wanhao"
WATCHED = {
    "usage-files": ("usage/readers.py", "usage/rows.py", "usage/blocks.py"),
    "smpp": ("channels/sms/codec.py", "channels/sms/receipts.py", "channels/sms/encoding.py"),
}
CHECKS = {"usage-files": usage_files.check, "smpp": smpp.check}


def reached(name: str, inputs: list[bytes]) -> dict[str, tuple[int, int]]:
    """For each watched file the lines of its functions that were reached, and all of them."""
    files = {str(SOURCE / part): part for part in WATCHED[name]}
    seen: dict[str, set[int]] = {path: set() for path in files}

    def watch(frame: FrameType, event: str, _: object) -> object:
        lines = seen.get(frame.f_code.co_filename)
        if lines is None:
            return None
        lines.add(frame.f_lineno)
        return watch

    # Readers of Arrow call back from threads of their own.
    threading.settrace(watch)  # type: ignore[arg-type]
    sys.settrace(watch)  # type: ignore[arg-type]
    try:
        for data in inputs:
            CHECKS[name](data)
    finally:
        sys.settrace(None)
        threading.settrace(None)  # type: ignore[arg-type]
    found = {}
    for path, part in files.items():
        every = _lines(Path(path))
        found[part] = len(every & seen[path]), len(every)
    return found


def _lines(path: Path) -> set[int]:
    """The lines on which something is done, within functions."""
    found: set[int] = set()
    waiting = [compile(path.read_text(), str(path), "exec")]
    while waiting:
        code = waiting.pop()
        inner = [each for each in code.co_consts if isinstance(each, CodeType)]
        waiting += inner
        if code.co_name.startswith("<module") or not code.co_flags & 0x2:
            continue
        found |= {line for _, _, line in code.co_lines() if line and line > code.co_firstlineno}
    return found


def main() -> None:
    """Print a line for each watched file."""
    name, corpus = sys.argv[1:]
    inputs = [path.read_bytes() for path in sorted(Path(corpus).iterdir())]
    for part, (lines, every) in reached(name, inputs).items():
        print(part, lines, every)


if __name__ == "__main__":
    main()
