"""Whatever a room may say to a customer with figures in it has words in both languages.

Read from the source: every WanhaoError whose message holds a value, in every module that what
customers ask comes through. One that no customer can meet is named in `not_for_customers.toml`.
"""

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import grimp

from tests.architecture.tree import REPOSITORY
from wanhao.menu.refusing import wordings

DOORS = (
    "wanhao.menu",
    "wanhao.pages.hall",
    "wanhao.pages.terminal",
    "wanhao.channels.sms.hall",
    "wanhao.channels.assistant",
)
EXEMPT = Path(__file__).with_name("not_for_customers.toml")
FIGURES = ("7", "-¥7.00", "¥7.00", "2026-11-25", "from 2026-11-25", "A007")
HAN = re.compile(r"[\u4e00-\u9fff]")
VALUE = re.compile(r"\{[^{}]*\}")


def at_a_door(module: str) -> bool:
    return any(module == door or module.startswith(f"{door}.") for door in DOORS)


@lru_cache(maxsize=1)
def modules_behind_the_doors() -> dict[str, ast.Module]:
    """Every module that one of the doors imports, however far down."""
    graph = grimp.build_graph("wanhao")
    found = {module for module in graph.modules if at_a_door(module)}
    for module in tuple(found):
        found |= graph.find_upstream_modules(module)
    return {module: ast.parse(_file_of(module).read_text()) for module in sorted(found)}


def _file_of(module: str) -> Path:
    path = REPOSITORY / "src" / module.replace(".", "/")
    package = path / "__init__.py"
    return package if package.exists() else path.with_suffix(".py")


def words_of(node: ast.expr) -> str:
    """A message with braces where its values are."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(
            part.value if isinstance(part, ast.Constant) else "{}"  # type: ignore[misc]
            for part in node.values
        )
    return "{}"


def refusals() -> Iterator[tuple[str, str, str]]:
    """Module, message and remedy of each error with a value in its message."""
    for module, tree in modules_behind_the_doors().items():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            if node.func.id == "WanhaoError" and node.args and not _constant(node.args[0]):
                said = [words_of(arg) for arg in node.args[:2]]
                yield module.removeprefix("wanhao."), said[0], said[1] if said[1:] else ""


def _constant(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant)


def has_words(message: str, remedy: str) -> bool:
    written = [VALUE.sub(figure, f"{message} {remedy}") for figure in FIGURES]
    return any(one.begins.match(text) for one in wordings() for text in written)


def exempt() -> dict[str, frozenset[str]]:
    """Modules as a whole with "*", or single messages."""
    groups = tomllib.loads(EXEMPT.read_text()).values()
    return {module: frozenset(said) for named in groups for module, said in named.items()}


def test_every_refusal_with_figures_has_words_in_both_languages() -> None:
    without = [
        f"{module}: {message}"
        for module, message, remedy in refusals()
        if not has_words(message, remedy) and not exempt().get(module, frozenset()) & {message, "*"}
    ]
    assert without == [], "Give them words in refusals.toml, or say why no customer meets them."


def test_what_is_no_customers_is_really_said_and_has_no_words() -> None:
    said: dict[str, set[str]] = {}
    for module, message, remedy in refusals():
        if not has_words(message, remedy):
            said.setdefault(module, {"*"}).add(message)
    stale = {module: messages - said.get(module, set()) for module, messages in exempt().items()}
    assert {module: left for module, left in stale.items() if left} == {}


def test_a_new_refusal_without_words_is_found() -> None:
    assert not has_words("The {} of the moon is {}.", "Wait.")
    assert has_words("Only {} MB more may be given this month.", "")


def test_every_refusal_of_the_menu_is_in_chinese_and_in_english() -> None:
    wrong = []
    for module, tree in modules_behind_the_doors().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "RefusedError":
                said = [words_of(arg) for arg in node.args]
                if len(said) == 2 and "{}" not in said and not _is_pair(*said):
                    wrong.append((module, *said))
    assert wrong == []


def _is_pair(zh: str, en: str) -> bool:
    return bool(HAN.search(zh)) and bool(en)


def test_every_wording_says_the_same_figures_in_both_languages() -> None:
    """Hours are for English alone: they are written as a machine writes them."""
    for one in wordings():
        named = [set(VALUE.findall(text)) - {"{hours}"} for text in (one.zh, one.en)]
        assert named[0] == named[1], one.begins.pattern
