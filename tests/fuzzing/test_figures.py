"""What `make fuzz` makes of a fuzzer: one that finds something, one that never ran."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.fuzzing import __main__ as fuzz

RAN = "#900 DONE cov: 5 ft: 6 corp: 7/8b\nstat::number_of_executed_units: 900\n"
BROKEN = "ModuleNotFoundError: No module named 'atheris'\n"


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for logs that is not there yet, and another one for the inputs."""
    monkeypatch.setattr(fuzz, "OUT", tmp_path / "out" / "fuzzing")
    monkeypatch.setattr(sys, "argv", ["fuzz", "--corpus", str(tmp_path / "corpus")])
    return tmp_path / "out" / "fuzzing"


def _says(monkeypatch: pytest.MonkeyPatch, said: dict[str, str]) -> None:
    """Each target's fuzzer says this instead of running."""

    def run(command: Sequence[str], **options: object) -> subprocess.CompletedProcess[str]:
        module, target = command[2].rpartition(".")[2], command[3]
        told = said[target] if module == "target" else ""
        return subprocess.CompletedProcess(command, 0, stdout=told, stderr="")

    monkeypatch.setattr(subprocess, "run", run)


def test_all_is_well_when_every_target_ran(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _says(monkeypatch, dict.fromkeys(fuzz.SEEDS, RAN))
    assert fuzz.main() == 0
    assert (out / "target-smpp.log").read_text() == RAN


@pytest.mark.parametrize("target", fuzz.SEEDS)
def test_a_fuzzer_that_executed_nothing_is_a_failure(
    out: Path, monkeypatch: pytest.MonkeyPatch, target: str
) -> None:
    _says(monkeypatch, {**dict.fromkeys(fuzz.SEEDS, RAN), target: BROKEN})
    assert fuzz.main() == 1
    assert (out / f"target-{target}.log").read_text() == BROKEN


def test_what_was_found_is_a_failure(
    out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = tmp_path / "corpus" / "smpp-found"
    found.mkdir(parents=True)
    (found / "crash-1").write_bytes(b"odd")
    _says(monkeypatch, dict.fromkeys(fuzz.SEEDS, RAN))
    assert fuzz.main() == 1
