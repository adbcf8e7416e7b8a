"""Compiles the translations (.po to .mo) without GNU gettext, which a bare machine lacks."""

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOMS = Path(__file__).resolve().parents[1]


def compile_translations(folder: Path = ROOMS) -> list[Path]:
    """Compile every catalogue below the folder that changed since; returns what was written."""
    sources = sorted(folder.glob("**/locale/*/LC_MESSAGES/*.po"))
    return [_compile(source) for source in sources if _is_newer(source)]


def _is_newer(source: Path) -> bool:
    compiled = source.with_suffix(".mo")
    return not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime


def _compile(source: Path) -> Path:
    compiled = source.with_suffix(".mo")
    # Written aside and renamed, so that a process that starts now reads a whole file.
    unfinished = source.with_suffix(".mo.new")
    with source.open("rb") as text, unfinished.open("wb") as binary:
        write_mo(binary, read_po(text))
    unfinished.rename(compiled)
    return compiled


if __name__ == "__main__":
    for written in compile_translations():
        print(f"Compiled {written.relative_to(ROOMS)}")
