"""What takes back what was just done."""

from wanhao.menu.queries import item_of
from wanhao.menu.undoing import OPPOSITES, opposite_of


def test_every_opposite_is_an_item_and_is_told_what_it_must_be_told() -> None:
    for code, (opposite, given) in OPPOSITES.items():
        assert item_of(code).undoable
        fields = item_of(opposite).inputs.model_fields
        assert {name for name, one in fields.items() if one.is_required()} == set(given)


def test_a_pack_that_was_opened_is_the_one_to_cancel() -> None:
    assert opposite_of("pack_open", {"pack": "sms-pack-5"}) == (
        "pack_cancel",
        {"pack": "sms-pack-5"},
    )


def test_a_change_taken_back_is_not_taken_back_again() -> None:
    change = {"held": "lexiang-4g-59", "stays": True}
    assert opposite_of("plan_change", change) is None


def test_what_only_reads_has_no_opposite() -> None:
    assert opposite_of("balance", {}) is None
