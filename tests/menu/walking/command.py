"""Walks up to the operator's own door: `wanhao menu ask` and `confirm`."""

import json
from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any
from unittest import mock

from click.testing import CliRunner

from tests.menu.walking.examples import Example
from tests.menu.walking.walkers import Seen
from wanhao.menu.contracts import Door, IdentityLevel
from wanhao.menu.queries import item_of
from wanhao.project.command import menu, menu_ask


class AtCommand:
    """Whoever types says how sure they are of the customer, so every level is reached."""

    door = Door.COMMAND
    reaches = IdentityLevel.STRONG

    def ask(self, number: int, example: Example, given: Mapping[str, Any]) -> Seen:
        pairs = [f"--set={name}={value}" for name, value in given.items()]
        return self._run("ask", example.item, *pairs, *_who(number, example))

    def say_yes(self, number: int, example: Example, proposal: Seen) -> Seen:
        return self._run("confirm", "--nonce", proposal.nonce, *_who(number, example))

    def _run(self, *words: str) -> Seen:
        with (
            mock.patch.object(menu_ask, "refuse_without_database"),
            mock.patch.object(menu_ask, "database", nullcontext),
        ):
            done = CliRunner().invoke(menu.menu, [*words, "--json"])
        told = json.loads(done.stdout)
        return Seen(
            text=told["long"], kind=told["kind"], data=told["data"], nonce=told.get("nonce", "")
        )


def _who(number: int, example: Example) -> tuple[str, ...]:
    level = max(item_of(example.item).level, IdentityLevel.KNOWN)
    return "--line", str(number), "--level", str(int(level)), "--reason", "the walk"
