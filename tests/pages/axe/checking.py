"""Holds an open page against WCAG 2.2 A and AA, as it looks by day, by night and in large type."""

import fcntl
import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from wanhao.channels.sms.peer.launcher import NODE, NPM

HERE = Path(__file__).resolve().parent
SCRIPT = Path("node_modules") / "axe-core" / "axe.min.js"
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PATIENCE_SECONDS = 300
RUN = """async standards => (await axe.run(document, {
  runOnly: {type: "tag", values: standards}, resultTypes: ["violations"],
})).violations.map(one => [one.id, one.help, one.nodes.map(node => [
  node.target.join(" "), node.html.slice(0, 160), (node.any[0] || {}).message || "",
])])"""
LOOKS = {
    "light": {"theme": "light", "text": "normal"},
    "dark": {"theme": "dark", "text": "normal"},
    "large": {"theme": "light", "text": "large"},
}


@cache
def axe() -> str:
    """The program, fetched from npm's registry unless it is there."""
    with (HERE / "package-lock.json").open("rb") as locked:
        fcntl.flock(locked, fcntl.LOCK_EX)
        if not (HERE / SCRIPT).exists():
            _fetch()
    return (HERE / SCRIPT).read_text()


def violations(page: Page, looks: tuple[str, ...] = tuple(LOOKS)) -> list[str]:
    """What is wrong with the page in each look, said once; empty where nothing is."""
    page.evaluate(axe())
    found: dict[str, str] = {}
    for look in looks:
        page.evaluate("look => Object.assign(document.documentElement.dataset, look)", LOOKS[look])
        for rule, told, nodes in page.evaluate(RUN, STANDARDS):
            for target, html, why in nodes:
                found.setdefault(f"{rule} {target}", f"{look}: {rule}: {told}: {html} {why}")
    return list(found.values())


def _fetch() -> None:
    with tempfile.TemporaryDirectory(prefix=".installing-", dir=HERE) as name:
        fresh = Path(name)
        for file in ("package.json", "package-lock.json"):
            shutil.copy(HERE / file, fresh / file)
        environment: dict[str, Any] = {
            **os.environ,
            "PATH": f"{NODE.parent}:{os.environ.get('PATH', '')}",
        }
        subprocess.run(
            [str(NODE), str(NPM), "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            cwd=fresh,
            env=environment,
            check=True,
            timeout=PATIENCE_SECONDS,
        )
        shutil.rmtree(HERE / "node_modules", ignore_errors=True)
        (fresh / "node_modules").rename(HERE / "node_modules")
