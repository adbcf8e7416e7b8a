"""The walk: every item is asked at every door that offers it, and the answer is the item's."""

from collections.abc import Mapping

import pytest

from tests.menu.walking.examples import Example, examples, holds, says
from tests.menu.walking.walkers import Seen, Walker
from tests.menu.walking.world import NUMBERS, named
from wanhao.menu.contracts import Door, ReplyKind
from wanhao.menu.doors import offered
from wanhao.menu.levels import BY_DOCUMENT, needed
from wanhao.menu.queries import item_of, items

pytestmark = pytest.mark.xdist_group("walk")


def test_every_item_has_an_example() -> None:
    assert sorted(examples()) == sorted(items())


def test_somebody_walks_up_to_every_door(walkers: Mapping[Door, Walker]) -> None:
    assert set(walkers) == set(offered())


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("code", sorted(items()))
def test_an_item_answers_at_every_door_that_offers_it(
    code: str, walkers: Mapping[Door, Walker], world: None
) -> None:
    example = examples()[code]
    at = [door for door, codes in offered().items() if code in codes]
    wrong = {door.value: told for door in at if (told := walked(walkers[door], example))}
    assert wrong == {}


def walked(walker: Walker, example: Example) -> str:
    """What is wrong with what came back at one door; nothing, when it is the item's."""
    number = NUMBERS[walker.door]
    item = item_of(example.item)
    seen = walker.ask(number, example, example.filled(**named(walker.door, example)))
    by_document = item.proof is not None and walker.door in BY_DOCUMENT
    if needed(item, walker.door) > walker.reaches and not by_document:
        return "" if _steps_up(seen) else f"asks for no higher level: {seen}"
    if item.confirmed:
        if not _is(seen, ReplyKind.TO_CONFIRM, example.proposes, example.price):
            return f"is not its proposal: {seen}"
        seen = walker.say_yes(number, example, seen)
    return "" if _is(seen, ReplyKind.ANSWERED, example.says, example.data) else f"is not it: {seen}"


def _is(seen: Seen, kind: ReplyKind, words: str, data: Mapping[str, object] | None) -> bool:
    """Whether it is of that kind, where the door tells, in those words, with that data."""
    known = seen.kind in {"", kind.value}
    held = seen.data is None or (data is not None and holds(seen.data, data))
    return known and says(seen.text, words) and held


def _steps_up(seen: Seen) -> bool:
    return seen.kind in {"", ReplyKind.TO_STEP_UP.value} and "网上营业厅" in seen.text
