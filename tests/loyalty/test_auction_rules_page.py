"""The auction does what docs/rules/auctions.md says, row by row."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.metering.pages import rows_of
from wanhao.loyalty.auction_rules import auction_terms, end_after_bid, least_bid, most_bid, part
from wanhao.loyalty.auction_states import NEXT

PAGE = "auctions.md"


def fen(yuan: str) -> int:
    whole, parts = yuan.split(".")
    return int(whole) * 100 + int(parts)


def at(clock: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-30T{clock}").replace(tzinfo=UTC)


def test_the_figures_are_those_of_the_page() -> None:
    terms = auction_terms()
    values = [int(value.split()[0]) for _, value in rows_of(PAGE, "what")]
    assert values == [
        terms.deposit_percent,
        terms.step_percent,
        terms.most_steps,
        terms.extension // timedelta(minutes=1),
        terms.most_days,
        terms.pay.days,
        terms.right.days,
    ]


def test_the_levels_are_those_of_the_page() -> None:
    terms, rows = auction_terms(), rows_of(PAGE, "level")
    assert [row[0] for row in rows] == list(terms.levels)
    for code, *money, months in rows:
        level = terms.levels[code]
        assert list(map(fen, money)) == [
            level.start_fen,
            part(level.start_fen, terms.step_percent),
            part(level.start_fen, terms.deposit_percent),
            level.minimum_fen,
            level.prestore_fen,
        ]
        assert level.months == int(months)


def test_the_life_of_a_lot_is_that_of_the_page() -> None:
    told = {start: set(ends.split(", ")) for start, ends in rows_of(PAGE, "from")}
    assert told == {start: set(after) for start, after in NEXT.items() if after}


@pytest.mark.parametrize("row", rows_of(PAGE, "highest"), ids=" ".join)
def test_bids_are_taken_as_the_page_says(row: tuple[str, ...]) -> None:
    highest, bid, taken = row
    terms = auction_terms()
    level = terms.levels["L2"]
    step = part(level.start_fen, terms.step_percent)
    least = least_bid(level.start_fen, step, None if highest == "none" else fen(highest))
    assert (least <= fen(bid) <= most_bid(least, step, terms)) == (taken == "yes")


@pytest.mark.parametrize("row", rows_of(PAGE, "bid at"), ids=" ".join)
def test_a_late_bid_moves_the_end_as_the_page_says(row: tuple[str, ...]) -> None:
    assert end_after_bid(at("20:00:00"), at(row[0]), auction_terms()) == at(row[1])


@pytest.mark.parametrize(
    ("amount", "percent", "of_it"), [(30_000, 10, 3_000), (101, 10, 11), (1, 5, 1), (100, 5, 5)]
)
def test_a_part_is_rounded_up_to_the_fen(amount: int, percent: int, of_it: int) -> None:
    assert part(amount, percent) == of_it
