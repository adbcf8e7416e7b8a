"""`make fuzz`: libFuzzer on the readers of usage files and on the SMPP decoder, with figures."""

import argparse
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.fuzzing.seeds import WORDS, of_smpp, of_usage_files

SEEDS = {"usage-files": of_usage_files, "smpp": of_smpp}
OUT = Path(__file__).parents[1] / "out" / "fuzzing"
SLOWEST, MOST_MB = 120, 2048
"""Seconds that one input may take, and the memory; beyond them it is a finding."""
LAST = re.compile(r"cov: (\d+) ft: (\d+) corp: (\d+)")
EXECUTED = re.compile(r"stat::number_of_executed_units: (\d+)")
say = Console(width=120).print


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What came of one target."""

    target: str
    executions: int
    branches: int
    inputs: int
    lines: str
    findings: tuple[Path, ...]


def main() -> int:
    """Fuzz each target for its part of the time; 1 when something was found, or when a target was
    not executed at all."""
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    minutes = float(os.environ.get("FUZZ_MINUTES", "10"))
    parser.add_argument("--minutes", type=float, default=minutes, help="for all targets together")
    parser.add_argument("--corpus", type=Path, default=OUT, help="folder in which inputs are kept")
    asked = parser.parse_args()
    seconds = max(int(asked.minutes * 60 / len(SEEDS)), 1)
    figures = [_fuzzed(name, asked.corpus, seconds) for name in SEEDS]
    _show(figures)
    return int(any(each.findings or not each.executions for each in figures))


def _fuzzed(name: str, folder: Path, seconds: int) -> Figures:
    corpus, found = folder / name, folder / f"{name}-found"
    for each in (corpus, found):
        each.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(SEEDS[name]()):
        (corpus / f"seed-{number:03d}").write_bytes(seed)
    said = _run("target", name, corpus, *_options(folder, found, seconds))
    last = LAST.findall(said) or [("0", "0", "0")]
    executed = EXECUTED.search(said)
    reached = [line.split() for line in _run("reached", name, corpus).splitlines()]
    lines = ", ".join(f"{part} {seen} of {every}" for part, seen, every in _threes(reached))
    return Figures(
        target=name,
        executions=int(executed.group(1)) if executed else 0,
        branches=int(last[-1][0]),
        inputs=int(last[-1][2]),
        lines=lines,
        findings=tuple(sorted(found.iterdir())),
    )


def _options(folder: Path, found: Path, seconds: int) -> list[str]:
    words = ["".join(f"\\x{octet:02x}" for octet in word) for word in WORDS]
    dictionary = folder / "words"
    dictionary.write_text("".join(f'"{word}"\n' for word in words))
    return [
        f"-dict={dictionary}",
        f"-artifact_prefix={found}/",
        f"-max_total_time={seconds}",
        f"-timeout={SLOWEST}",
        f"-rss_limit_mb={MOST_MB}",
        "-print_final_stats=1",
        "-reload=0",
    ]


def _run(module: str, *arguments: object) -> str:
    """What a module of this folder said; a finding ends the fuzzer, which is no fault of ours."""
    command = [sys.executable, "-m", f"tests.fuzzing.{module}", *map(str, arguments)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, errors="replace")
    said = done.stdout + done.stderr
    _log(module, str(arguments[0])).write_text(said)
    return said


def _log(module: str, target: str) -> Path:
    """Where it is kept what a module said, wherever the inputs are kept."""
    OUT.mkdir(parents=True, exist_ok=True)
    return OUT / f"{module}-{target}.log"


def _threes(lines: list[list[str]]) -> list[list[str]]:
    return [line for line in lines if len(line) == 3]


def _show(figures: list[Figures]) -> None:
    table = Table(title="wanhao fuzz")
    for column in ("target", "executions", "branches", "inputs kept", "lines reached", "findings"):
        table.add_column(
            column, justify="left" if column in ("target", "lines reached") else "right"
        )
    for each in figures:
        told = (each.executions, each.branches, each.inputs, each.lines, len(each.findings))
        table.add_row(each.target, *(f"{one:,}" if isinstance(one, int) else one for one in told))
    say(table)
    for each in figures:
        if not each.executions:
            say(f"{each.target}: nothing was executed; see {_log('target', each.target)}")
        for path in each.findings:
            say(f"found: {path}; move it to {Path(__file__).parent}/found/{each.target}")


if __name__ == "__main__":
    sys.exit(main())
