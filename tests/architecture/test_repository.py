import json
import re
import subprocess
import sys

import pytest

from bench.__main__ import BENCHES
from tests.architecture.tree import REPOSITORY, kept_files, named, text_files
from wanhao.project.env import Environment

REGISTRY = re.compile(
    r"https?://[\w.-]*(pypi|pythonhosted|npm|debian|crates|golang|maven)[\w.-]*\.\w+"
)
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b|NotImplemented" r"Error")
LEFT_OUT = re.compile(r"pytest\.mark\.(ski" r"p\b|xfa" r"il)")
LOCKS = ("requirements/runtime.txt", "requirements/development.txt", "requirements/fuzzing.txt")


def test_no_package_registry_is_named() -> None:
    bad = [named(path) for path, text in text_files() if REGISTRY.search(text)]
    assert bad == []


@pytest.mark.parametrize("lock", LOCKS)
def test_every_python_package_is_pinned_and_hashed(lock: str) -> None:
    text = (REPOSITORY / lock).read_text()
    requirements = re.split(r"\n(?=\S)", text.strip())
    asked = (REPOSITORY / lock).with_suffix(".in").read_text()
    assert len(requirements) >= len(re.findall(r"^\w", asked, re.MULTILINE)) > 0
    assert [item for item in requirements if "==" not in item or "--hash=sha256:" not in item] == []
    assert "://" not in text
    assert "--index" not in text


def test_every_node_package_is_pinned_without_a_host() -> None:
    locks = [path for path in kept_files() if path.name == "package-lock.json"]
    assert locks
    for lock in locks:
        packages = json.loads(lock.read_text())["packages"]
        fetched = {name: package for name, package in packages.items() if name}
        assert [name for name, package in fetched.items() if "resolved" in package] == []
        assert [name for name, package in fetched.items() if "integrity" not in package] == []


def test_nothing_is_left_unfinished() -> None:
    bad = [
        f"{named(path)}:{number}"
        for path, text in text_files()
        if path.suffix in {".py", ".js", ".html", ".css", ".toml", ".md"}
        for number, line in enumerate(text.splitlines(), 1)
        if UNFINISHED.search(line) or LEFT_OUT.search(line)
    ]
    assert bad == []


def test_every_variable_of_the_environment_is_documented() -> None:
    page = (REPOSITORY / "docs" / "reference" / "configuration.md").read_text()
    missing = []
    for name, field in Environment.model_fields.items():
        variable = str(field.validation_alias or f"WANHAO_{name.upper()}")
        if f"| `{variable}` |" not in page or str(field.description) not in page:
            missing.append(variable)
    assert missing == []


def test_every_documented_variable_exists() -> None:
    page = (REPOSITORY / "docs" / "reference" / "configuration.md").read_text()
    documented = set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE))
    known = {
        str(field.validation_alias or f"WANHAO_{name.upper()}")
        for name, field in Environment.model_fields.items()
    }
    assert documented == known


def test_every_command_is_documented() -> None:
    page = (REPOSITORY / "docs" / "reference" / "commands.md").read_text()
    command = [sys.executable, "-m", "wanhao.project.command", "--help"]
    helped = subprocess.run(command, capture_output=True, text=True, check=True)
    commands = re.findall(r"^  (\w+)  ", helped.stdout.split("Commands:")[1], re.MULTILINE)
    assert len(commands) >= 10
    assert [name for name in commands if f"`wanhao {name}" not in page] == []


def test_every_benchmark_of_the_makefile_can_be_run_and_is_told_of() -> None:
    makefile, readme = ((REPOSITORY / name).read_text() for name in ("Makefile", "README.md"))
    asked = re.findall(r"-m bench (--[a-z]+)", makefile)
    assert sorted(asked) == sorted(BENCHES)
    modules = [REPOSITORY / f"{module.replace('.', '/')}.py" for module in BENCHES.values()]
    assert [named(path) for path in modules if not path.exists()] == []
    targets = re.findall(r"^(bench\S*):", makefile, re.MULTILINE)
    assert len(targets) == len(BENCHES)
    assert [target for target in targets if f"`make {target}`" not in readme] == []
