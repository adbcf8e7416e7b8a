"""Columns over days or hours: one scale for all, and what is there can be seen."""

from hypothesis import given
from hypothesis import strategies as st

from wanhao.pages.console.trends import HEIGHT, WIDTH, Bin, columns


def days(*counts: tuple[int, int]) -> list[Bin]:
    return [Bin(name=str(place), good=good, rest=rest) for place, (good, rest) in enumerate(counts)]


def test_the_highest_day_sets_the_scale() -> None:
    drawn = columns(days((50, 0), (75, 5), (0, 0)))
    assert drawn is not None
    assert drawn.top == 80
    half, full, none = drawn.columns
    assert (half.good_y, half.good_height) == (HEIGHT - HEIGHT * 50 // 80, HEIGHT * 50 // 80)
    assert full.rest_y <= 1
    assert (none.good_height, none.rest_height) == (0, 0)


def test_nothing_is_drawn_of_nothing() -> None:
    assert columns([]) is None
    assert columns(days((0, 0), (0, 0))) is None


@given(st.lists(st.tuples(st.integers(0, 10**7), st.integers(0, 10**7)), min_size=1, max_size=31))
def test_every_column_is_inside_and_what_is_there_is_seen(counts: list[tuple[int, int]]) -> None:
    drawn = columns(days(*counts))
    for column in drawn.columns if drawn else ():
        assert 0 <= column.x <= WIDTH - (drawn.column_width if drawn else 0)
        assert -2 <= column.rest_y <= column.good_y <= HEIGHT
        assert bool(column.count.good) == bool(column.good_height)
        assert bool(column.count.rest) == bool(column.rest_height)
