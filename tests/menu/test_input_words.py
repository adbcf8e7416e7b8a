"""The words of every input, in both languages."""

from typing import get_args

import pytest

from wanhao.menu.input_words import all_words, words_of
from wanhao.menu.queries import items

INPUTS = [(code, name) for code, item in items().items() for name in item.inputs.model_fields]


def test_every_input_has_words_and_nothing_else_has() -> None:
    assert sorted(all_words()) == sorted(INPUTS)


@pytest.mark.parametrize(("code", "name"), INPUTS)
def test_an_input_is_called_something_in_both_languages(code: str, name: str) -> None:
    words = words_of(code, name)
    assert all(words.label)
    assert bool(words.hint[0]) is bool(words.hint[1])
    assert bool(words.none[0]) is bool(words.none[1])
    assert all(all(pair) for pair in words.choices.values())


@pytest.mark.parametrize(("code", "name"), INPUTS)
def test_every_value_that_can_be_chosen_has_words(code: str, name: str) -> None:
    kind = items()[code].inputs.model_fields[name].annotation
    values = [value for value in get_args(kind) if isinstance(value, str)]
    assert sorted(words_of(code, name).choices) == sorted(values)
