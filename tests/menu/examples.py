"""Two items of our own: one that only says something, one that must be confirmed and is counted."""

from collections.abc import Iterator
from types import MappingProxyType

import pytest
from pydantic import Field

from tests.parties.examples import a_line, an_account
from wanhao.menu import asking, registry
from wanhao.menu.contracts import (
    EVERYWHERE,
    Answer,
    Asker,
    Asking,
    Door,
    IdentityLevel,
    Inputs,
    MenuItem,
    NoInputs,
    RefusedError,
)
from wanhao.parties.actions import open_accounts
from wanhao.parties.contracts import Language, LineView
from wanhao.parties.queries import lines_by_number
from wanhao.values.errors import WanhaoError

NUMBER = 16907910001
MOST = 5


class HowMany(Inputs):
    """How many."""

    cups: int = Field(ge=1, le=9)


class Teahouse:
    """Serves tea, for which a yes is wanted; remembers each order by its reference."""

    def __init__(self) -> None:
        self.orders: dict[str, int] = {}

    def propose(self, asking: Asking[HowMany]) -> Answer:
        if asking.inputs.cups > MOST:
            raise RefusedError("茶不够了。", "There is not so much tea.")
        said = asking.say(f"{asking.inputs.cups}杯茶", f"{asking.inputs.cups} cups of tea")
        return Answer(long=said, short=said)

    def answer(self, asking: Asking[HowMany]) -> Answer:
        if sum(self.orders.values()) + asking.inputs.cups > MOST:
            raise WanhaoError("Group 7 does not hold 'tea'.", "Ask tomorrow.")
        assert asking.reference not in self.orders
        self.orders[asking.reference] = asking.inputs.cups
        return Answer(long="茶来了", short="茶来了", data={"cups": asking.inputs.cups})


def greet(asking: Asking[NoInputs]) -> Answer:
    said = asking.say("您好", "Hello")
    return Answer(long=said, short=said)


def open_line() -> LineView:
    open_accounts([an_account("A1", (a_line(NUMBER),))])
    return lines_by_number({NUMBER})[NUMBER]


def asker(
    line: LineView | None,
    level: IdentityLevel = IdentityLevel.KNOWN,
    door: Door = Door.SMS,
    language: Language = Language.EN,
) -> Asker:
    return Asker(door=door, level=level, language=language, line=line)


def tea(house: Teahouse, level: IdentityLevel, *, undoable: bool = True) -> MenuItem[HowMany]:
    return MenuItem(
        code="tea" if level is IdentityLevel.KNOWN else "best_tea",
        zh="茶",
        en="Tea",
        level=level,
        doors=frozenset({Door.SMS, Door.WEB}),
        inputs=HowMany,
        answer=house.answer,
        propose=house.propose,
        undoable=undoable,
    )


@pytest.fixture
def teahouse(monkeypatch: pytest.MonkeyPatch, db: None) -> Iterator[Teahouse]:
    """A menu of a greeting and two teas, the better one for who is verified."""
    house = Teahouse()
    hello = MenuItem(
        code="hello",
        zh="问好",
        en="Greeting",
        level=IdentityLevel.ANYONE,
        doors=EVERYWHERE,
        inputs=NoInputs,
        answer=greet,
    )
    teas = (tea(house, IdentityLevel.KNOWN), tea(house, IdentityLevel.VERIFIED))
    menu = MappingProxyType({item.code: item for item in (hello, *teas)})
    monkeypatch.setattr(registry, "items", lambda: menu)
    yield house
    assert asking.item_of("hello") is hello
