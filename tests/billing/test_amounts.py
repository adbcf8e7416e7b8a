"""What people type as an amount: read to the fen, or said what is wrong with it."""

import pytest

from wanhao.billing.orders.amounts import AmountFault, fen_of, read_amount


@pytest.mark.parametrize(
    ("typed", "fen"),
    [
        ("50", 5000),
        ("50.5", 5050),
        ("50.", 5000),
        (".5", 50),
        ("0.01", 1),
        (" 50 ", 5000),
        ("¥50.05", 5005),
        ("￥50.05", 5005),
        ("50元", 5000),
        ("1,000.00", 100_000),
        ("５０．５", 5050),
        ("50。5", 5050),
        ("500000", 50_000_000),
    ],
)
def test_an_amount_is_read_to_the_fen(typed: str, fen: int) -> None:
    assert (read_amount(typed), fen_of(typed)) == (fen, fen)


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("", AmountFault.UNREADABLE),
        (".", AmountFault.UNREADABLE),
        ("abc", AmountFault.UNREADABLE),
        ("1e3", AmountFault.UNREADABLE),
        ("-5", AmountFault.UNREADABLE),
        ("12,34", AmountFault.UNREADABLE),
        ("5 0.5.0", AmountFault.UNREADABLE),
        ("٥٠", AmountFault.UNREADABLE),
        ("9" * 5000, AmountFault.UNREADABLE),
        ("12.345", AmountFault.TOO_FINE),
        ("0.001", AmountFault.TOO_FINE),
        ("0", AmountFault.TOO_LITTLE),
        ("0.00", AmountFault.TOO_LITTLE),
        ("500000.01", AmountFault.TOO_MUCH),
        ("99999999999", AmountFault.TOO_MUCH),
    ],
)
def test_what_is_no_amount_is_told_apart(typed: str, fault: AmountFault) -> None:
    assert read_amount(typed) is fault
    assert fen_of(typed) is None


def test_a_drawer_may_be_empty_and_a_counter_takes_less() -> None:
    assert read_amount("0", least_fen=0) == 0
    assert read_amount("100000.01", most_fen=10_000_000) is AmountFault.TOO_MUCH
