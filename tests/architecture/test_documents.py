"""What the documents point at exists: pages, headings, commands, targets, variables and files."""

import re
from pathlib import Path

import click
import pytest

from tests.architecture.tree import REPOSITORY, SOURCE, kept_files, named
from wanhao.project.command import main
from wanhao.project.env import Environment

PAGES = [path for path in kept_files() if path.suffix == ".md"]
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
COMMAND = re.compile(r"(?:^|[\s`]|bin/)wanhao ([a-z]+)(?: ([a-z][a-z-]*))?", re.MULTILINE)
TARGET = re.compile(r"(?:^|[\s`])make ([a-z-]+)", re.MULTILINE)
FILE = re.compile(r"[\w./-]+/[\w.-]+\.(?:py|toml|md|js|json|txt|in)")
each_page = pytest.mark.parametrize("page", PAGES, ids=named)


def code_in(page: Path) -> str:
    """What a page shows as code, a line for each piece."""
    text = page.read_text()
    blocks = FENCED.findall(text)
    return "\n".join([*blocks, *INLINE.findall(FENCED.sub("", text))])


def anchors_of(page: Path) -> set[str]:
    """The names under which a page's headings can be linked to."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in headings}


def test_there_are_documents() -> None:
    assert {"README.md", "GLOSSARY.md", "CHANGELOG.md", "docs/README.md"} <= set(map(named, PAGES))
    assert (REPOSITORY / "LICENSE").read_text().lstrip().startswith("Apache License")


@each_page
def test_every_link_leads_somewhere(page: Path) -> None:
    broken = []
    for link in LINK.findall(FENCED.sub("", page.read_text())):
        if link.startswith(("http://", "https://", "mailto:")):
            continue
        target, _, anchor = link.partition("#")
        place = (page.parent / target).resolve() if target else page
        if not place.exists() or (anchor and anchor not in anchors_of(place)):
            broken.append(link)
    assert broken == []


@each_page
def test_every_command_that_is_named_exists(page: Path) -> None:
    context = click.Context(main)
    unknown = []
    for name, second in COMMAND.findall(code_in(page)):
        command = main.get_command(context, name)
        group = command if isinstance(command, click.Group) else None
        if command is None or (second and group and second not in group.commands):
            unknown.append(f"wanhao {name} {second}".strip())
    assert unknown == []


@each_page
def test_every_make_target_that_is_named_exists(page: Path) -> None:
    makefile = (REPOSITORY / "Makefile").read_text()
    targets = {
        name for line in re.findall(r"^([a-z -]+):", makefile, re.M) for name in line.split()
    }
    assert [name for name in TARGET.findall(code_in(page)) if name not in targets] == []


@each_page
def test_every_variable_that_is_named_exists(page: Path) -> None:
    known = {f"WANHAO_{name.upper()}" for name in Environment.model_fields}
    assert set(re.findall(r"WANHAO_[A-Z_]+[A-Z]", page.read_text())) <= known


@each_page
def test_every_file_that_is_named_exists(page: Path) -> None:
    roots = (REPOSITORY, SOURCE, page.parent)
    inline = INLINE.findall(FENCED.sub("", page.read_text()))
    named_files = [text for text in inline if FILE.fullmatch(text) and not text.startswith("/")]
    missing = [text for text in named_files if not any((root / text).exists() for root in roots)]
    assert missing == []


def test_every_page_of_the_documentation_is_in_an_index() -> None:
    docs = REPOSITORY / "docs"
    indexes = [docs / "README.md", docs / "decisions" / "README.md"]
    linked = {
        (index.parent / link.partition("#")[0]).resolve()
        for index in indexes
        for link in LINK.findall(index.read_text())
    }
    pages = {page for page in PAGES if page.is_relative_to(docs) and page not in indexes}
    assert sorted(named(page) for page in pages - linked) == []
