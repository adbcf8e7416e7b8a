"""Handing usage files over: a file appears in the inbox whole or not at all."""

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from wanhao.values.errors import WanhaoError

SUFFIXES = (".csv", ".csv.gz", ".csv.zst", ".parquet")
PIECE_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver:
    """A file in the inbox; `digest` (SHA-256 of its bytes) is what the meter knows it by."""

    path: Path
    digest: str


def check_names(files: Sequence[Path], inbox: Path) -> None:
    """Refuse what the meter would not take, before anything is copied."""
    for file in files:
        _check_name(file, inbox)
    twice = [name for name, count in Counter(file.name for file in files).items() if count > 1]
    if twice:
        raise WanhaoError(f"Given twice: {', '.join(twice)}.", "Give each file a name of its own.")


def _check_name(file: Path, inbox: Path) -> None:
    if not file.is_file():
        raise WanhaoError(f"{file} is not a file.", "Give the path of a usage file.")
    if not file.name.endswith(SUFFIXES) or file.name.startswith("."):
        raise WanhaoError(
            f"{file.name} is not a usage file by its name.",
            f"Names end in {', '.join(SUFFIXES)} and do not begin with a dot.",
        )
    if (inbox / file.name).exists():
        raise WanhaoError(
            f"{file.name} already waits in the inbox.",
            "Give the new file another name, or wait until the first was counted.",
        )


def hand_over(
    file: Path, inbox: Path, copied: Callable[[int], object] = lambda _: None
) -> HandedOver:
    """Copy the file beside its place, force it to disk, then rename it; `copied` gets octets."""
    inbox.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    unfinished = inbox / f".{file.name}.{os.getpid()}.tmp"
    try:
        with file.open("rb") as source, unfinished.open("wb") as target:
            while piece := source.read(PIECE_BYTES):
                target.write(piece)
                digest.update(piece)
                copied(len(piece))
            target.flush()
            os.fsync(target.fileno())
        unfinished.rename(inbox / file.name)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise WanhaoError(
            f"{file.name} could not be handed over: {error.strerror}.",
            f"Check the space and the rights of {inbox}: wanhao doctor",
        ) from error
    return HandedOver(path=inbox / file.name, digest=digest.hexdigest())
