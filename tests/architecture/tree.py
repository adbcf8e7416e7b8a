"""The repository as its tests see it."""

import ast
import subprocess
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
SOURCE = REPOSITORY / "src" / "wanhao"
ROOMS = sorted(
    folder for folder in SOURCE.iterdir() if folder.is_dir() and folder.name != "__pycache__"
)


@lru_cache(maxsize=1)
def kept_files() -> tuple[Path, ...]:
    """Every file under version control, and every new one that is not ignored."""
    git = ["git", "-c", "safe.directory=*"]
    command = [*git, "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    paths = (REPOSITORY / name for name in listed.stdout.split("\0") if name)
    return tuple(sorted(path for path in paths if path.is_file()))


def python_files(*, migrations: bool = False) -> list[Path]:
    """The Python we write; migrations are written by Django."""
    return [
        path
        for path in kept_files()
        if path.suffix == ".py" and (migrations or "migrations" not in path.parts)
    ]


def source_files() -> list[Path]:
    """The product's own Python."""
    return [path for path in python_files() if path.is_relative_to(SOURCE)]


def text_files() -> Iterator[tuple[Path, str]]:
    """Every kept file that is text, with what is in it."""
    for path in kept_files():
        try:
            yield path, path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def named(path: Path) -> str:
    """A file's name from the top of the repository."""
    return str(path.relative_to(REPOSITORY))


def parsed(path: Path) -> ast.Module:
    """A Python file as a tree."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))
