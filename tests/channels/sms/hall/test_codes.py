"""The codes that come with the product are right, and mistakes in others are found."""

from datetime import date

import pytest
from click.testing import CliRunner

from wanhao.channels.sms.hall.checking import mistakes
from wanhao.channels.sms.hall.codes import (
    FOLDER,
    CodeEntry,
    CodeFile,
    book_from,
    book_of,
    files_in,
    places,
)
from wanhao.menu.contracts import Door
from wanhao.menu.queries import items_at
from wanhao.products.catalogue import read_catalogue
from wanhao.project.command.sms_codes import check_command, list_command

DAY = date(2026, 11, 20)


def a_file(*entries: CodeEntry, place: str = "here", **more: object) -> CodeFile:
    return CodeFile.model_validate(
        {"place": place, "version": 1, "from": date(2026, 1, 1), "code": entries, **more}
    )


def an_entry(*codes: str, item: str = "balance", **more: object) -> CodeEntry:
    return CodeEntry.model_validate({"codes": codes, "item": item, **more})


def found(*entries: CodeEntry, **more: object) -> list[str]:
    """The mistakes of a place with these codes, but for the items nobody asks for."""
    said = mistakes([a_file(*entries, **more)])
    return [one.removeprefix("here: ") for one in said if "no code leads to" not in one]


def test_the_codes_that_come_with_the_product_are_right() -> None:
    assert mistakes(files_in(FOLDER)) == []
    assert CliRunner().invoke(check_command, ["--of", "jiangxi"]).exit_code == 0


@pytest.mark.parametrize("place", places())
def test_every_item_that_can_be_had_by_sms_has_a_code(place: str) -> None:
    book = book_of(place, DAY)
    led = {name for entry in book.entries for name in (entry.item, *entry.also)}
    assert {item.code for item in items_at(Door.SMS)} <= led


@pytest.mark.parametrize("place", places())
def test_every_pack_that_has_a_code_is_in_the_catalogue(place: str) -> None:
    sold = {offering.code for offering in read_catalogue()}
    packs = {entry.fixed["pack"] for entry in book_of(place, DAY).entries if "pack" in entry.fixed}
    assert packs <= sold


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ([an_entry("101"), an_entry("１０１", item="points")], "stands for balance and for points"),
        ([an_entry("ye"), an_entry("YE", item="usage")], "stands for balance and for usage"),
        ([an_entry("7")], "7 has a meaning of its own"),
        ([an_entry("Y1234")], "Y1234 has a meaning of its own"),
        ([an_entry("0")], "0 has a meaning of its own"),
        ([an_entry("10#1")], "is no code"),
        ([an_entry("101", item="lottery")], "asks for lottery, which is no item"),
        ([an_entry("101", fixed={"month": "10"})], "balance takes no 'month'"),
        ([an_entry("KT", item="pack_open")], "pack_open needs 'pack'"),
        ([an_entry("LL", item="usage", fixed={"service": "tea"})], "usage does not take"),
        (
            [
                an_entry("104", item="bill", arguments=[{"name": "month", "digits": True}]),
                an_entry("1041", item="points"),
            ],
            "1041 would be read as 104 with 1",
        ),
        ([an_entry("101", menu=1), an_entry("102", menu=1)], "the same place in the menu"),
        (
            [an_entry("KT", item="pack_open", arguments=[{"name": "pack"}], menu=1)],
            "is in the menu and needs words",
        ),
        ([an_entry("101", then_zh="{cups}")], "names what may not have been written"),
    ],
)
def test_a_mistake_is_found(entries: list[CodeEntry], said: str) -> None:
    assert [one for one in found(*entries) if said in one], found(*entries)


def test_the_same_code_with_and_without_words_is_no_mistake() -> None:
    month = [{"name": "month"}]
    assert found(an_entry("102"), an_entry("102", item="bill", arguments=month)) == []


def test_an_item_without_a_code_is_told() -> None:
    assert "here: no code leads to usage" in mistakes([a_file(an_entry("101"))])


def test_what_is_left_out_must_be_there() -> None:
    base = a_file(an_entry("101"), place="everywhere")
    assert "here: does without 999, which is not there" in mistakes([base, a_file(without=["999"])])


def test_a_province_adds_and_leaves_out() -> None:
    base = a_file(an_entry("101", "YE"), an_entry("105", item="points"), place="everywhere")
    own = a_file(an_entry("YE", item="usage"), without=["ye"])
    book = book_from([base, own], "here", DAY)
    assert {code: entries[0].item for code, entries in book.by_code.items()} == {
        "105": "points",
        "YE": "usage",
    }


def test_a_later_version_counts_from_its_day() -> None:
    old = a_file(an_entry("101"))
    new = a_file(an_entry("201"), version=2, **{"from": date(2026, 12, 1)})
    assert list(book_from([old, new], "here", DAY).by_code) == ["101"]
    assert list(book_from([old, new], "here", date(2026, 12, 1)).by_code) == ["201"]


def test_the_list_shows_codes_and_items() -> None:
    said = CliRunner().invoke(list_command, ["--of", "jiangxi"]).output
    assert "jiangxi, version 1" in said
    assert "101 YE" in said
