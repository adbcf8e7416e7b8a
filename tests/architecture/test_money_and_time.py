import ast
from pathlib import Path

from tests.architecture.tree import SOURCE, named, parsed, source_files

# Fen and counted units are integers; a float would lose some of them.
INTEGER_ROOMS = ("values", "metering", "products", "billing", "loyalty", "workflows")
# Rules are given `now`; a rule that reads the clock cannot be replayed.
PURE_ROOMS = ("values", "metering", "products", "billing", "loyalty", "parties")
CLOCK_CALLS = {"now", "utcnow", "today", "time", "time_ns"}


def files_of(rooms: tuple[str, ...]) -> list[Path]:
    return [path for path in source_files() if path.relative_to(SOURCE).parts[0] in rooms]


def test_money_and_usage_are_never_floats() -> None:
    bad = [
        f"{named(path)}:{node.lineno}"
        for path in files_of(INTEGER_ROOMS)
        for node in ast.walk(parsed(path))
        if (isinstance(node, ast.Constant) and isinstance(node.value, float))
        or (isinstance(node, ast.Name) and node.id == "float")
        or (isinstance(node, ast.Attribute) and node.attr in {"float32", "float64", "FloatField"})
    ]
    assert bad == []


def test_rules_do_not_read_the_clock() -> None:
    bad = [
        f"{named(path)}:{node.lineno} {ast.unparse(node.func)}()"
        for path in files_of(PURE_ROOMS)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in CLOCK_CALLS
        and ast.unparse(node.func.value) in {"datetime", "date", "time", "timezone"}
    ]
    assert bad == []


def test_only_the_environment_file_reads_the_environment() -> None:
    bad = [
        f"{named(path)}:{node.lineno}"
        for path in source_files()
        if not path.is_relative_to(SOURCE / "project") and "peer" not in path.parts
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}
    ]
    assert bad == []
