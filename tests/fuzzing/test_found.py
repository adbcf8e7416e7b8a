"""What the fuzzer found once is read as it should be, and the seeds it begins from are."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fuzzing import smpp, usage_files
from tests.fuzzing.seeds import of_smpp, of_usage_files
from wanhao.usage.blocks import Block
from wanhao.usage.readers import read_blocks

FOUND = Path(__file__).with_name("found")
CHECKS: dict[str, Callable[[bytes], None]] = {
    "usage-files": usage_files.check,
    "smpp": smpp.check,
}


def test_seeds_of_usage_files_are_read_whichever_way_they_come() -> None:
    for seed in of_usage_files():
        usage_files.check(seed)


def test_seeds_of_smpp_are_read_or_refused() -> None:
    for seed in of_smpp():
        smpp.check(seed)


def test_what_was_found_once_is_no_fault_any_more() -> None:
    """The fuzzer keeps what it finds in `found`, a folder for each target."""
    for path in sorted(FOUND.glob("*/*")):
        CHECKS[path.parent.name](path.read_bytes())


def test_the_harness_sees_a_row_that_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    def without_the_last(path: Path, skip: int = 0) -> Iterator[Block]:
        for block in read_blocks(path, skip):
            yield block.take(block.row < block.last_row) if skip else block

    monkeypatch.setattr(usage_files, "read_blocks", without_the_last)
    with pytest.raises(usage_files.LostError):
        usage_files.check(of_usage_files()[0])
