import ast
import tomllib
from pathlib import Path

import pytest

from tests.architecture.tree import (
    REPOSITORY,
    ROOMS,
    SOURCE,
    kept_files,
    named,
    parsed,
    source_files,
)

REFUSED = {"utils", "lib", "common", "helpers", "core", "base", "services", "managers", "extras"}
PUBLIC = ("contracts.py", "actions.py", "queries.py")
DJANGO_ROOMS = [room for room in ROOMS if (room / "models.py").exists()]
README_LINES = 60
# Django hears where a request starts by a signal of its own; no rule hangs on it.
OF_THE_SERVER = {"src/wanhao/project/serving.py"}
RULES = {"save", "clean", "full_clean", "delete"}


def layers() -> set[str]:
    with (REPOSITORY / "pyproject.toml").open("rb") as file:
        contracts = tomllib.load(file)["tool"]["importlinter"]["contracts"]
    (stack,) = [found["layers"] for found in contracts if found["type"] == "layers"]
    return {name.strip() for layer in stack for name in layer.split("|")}


def test_every_room_has_its_place_in_the_layers() -> None:
    assert {room.name for room in ROOMS} == layers()


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_every_room_has_a_readme_of_one_screen(room: Path) -> None:
    readme = room / "README.md"
    assert readme.exists(), f"{named(readme)} is missing"
    assert 3 <= readme.read_text().count("\n") <= README_LINES


def test_no_room_or_file_is_a_catch_all() -> None:
    names = {
        named(path): {*path.relative_to(REPOSITORY).parent.parts}
        | ({path.stem} if path.suffix == ".py" else set())
        for path in kept_files()
    }
    bad = [name for name, parts in names.items() if REFUSED & parts]
    assert bad == []


@pytest.mark.parametrize("room", DJANGO_ROOMS, ids=lambda room: room.name)
def test_rooms_with_tables_have_the_same_files(room: Path) -> None:
    wanted = PUBLIC if room.name not in {"access", "staff"} else ("contracts.py",)
    assert [name for name in wanted if not (room / name).exists()] == []


@pytest.mark.parametrize("room", DJANGO_ROOMS, ids=lambda room: room.name)
def test_tables_carry_the_name_of_their_room(room: Path) -> None:
    assert f'label = "wanhao_{room.name}"' in (room / "apps.py").read_text()


def test_the_tests_stand_where_their_source_stands() -> None:
    strangers = [
        folder.name
        for folder in (REPOSITORY / "tests").iterdir()
        if folder.is_dir()
        and folder.name not in {"architecture", "stories", "proof", "fuzzing", "bench"}
        and folder.name not in {"out", "__pycache__"}
        and not (SOURCE / folder.name).is_dir()
    ]
    assert strangers == []


def test_there_are_no_signals_and_no_rules_in_save_or_clean() -> None:
    bad = []
    for path in source_files():
        for node in ast.walk(parsed(path)):
            if (
                isinstance(node, ast.ImportFrom)
                and "signals" in (node.module or "").split(".")
                and named(path) not in OF_THE_SERVER
            ):
                bad.append(f"{named(path)}:{node.lineno} signals")
            if (
                path.name == "models.py"
                and isinstance(node, ast.FunctionDef)
                and node.name in RULES
            ):
                bad.append(f"{named(path)}:{node.lineno} {node.name}()")
    assert bad == []
