"""What a form offers to choose among: the numbers that are auctioned, for whoever asks."""

from datetime import timedelta

import pytest

from tests.menu.items.customers import EN, LI, NOW, WANG, asker, line, open_line
from wanhao.menu.contracts import IdentityLevel
from wanhao.menu.queries import item_of
from wanhao.pages.asking.choices import choices_of
from wanhao.pages.asking.fields import Choice, FieldKind, fields_of, sources_of
from wanhao.parties.contracts import DocumentKind, Language
from wanhao.parties.documents import record_document
from wanhao.products.actions import load_catalogue
from wanhao.workflows.bid_for_lot import bid_for_lot
from wanhao.workflows.put_up_lot import put_up_lot

pytestmark = pytest.mark.django_db
LOT = 16900008888
ENDS = NOW + timedelta(days=7)


def lots(number: int | None = WANG, language: Language = Language.ZH) -> list[Choice]:
    level = IdentityLevel.VERIFIED if number else IdentityLevel.ANYONE
    return choices_of({"number": "lots"}, asker(number, language, level=level), NOW)["number"]


@pytest.fixture(autouse=True)
def _bidders() -> None:
    load_catalogue()
    for number in (WANG, LI):
        who = open_line(number, balance_fen=40_000)
        record_document(who.line_id, DocumentKind.PASSPORT, f"E{number}", NOW, by="test")


def test_numbers_that_take_bids_come_with_their_price_and_end() -> None:
    assert lots() == []
    put_up_lot(LOT, "L2", ENDS, NOW, by="test")
    about = "11月29日12:00截止"
    assert lots() == [Choice(value=str(LOT), label=str(LOT), about=about, price="¥300")]
    assert lots(language=EN)[0].about.startswith("ends ")
    assert lots(None) == []


def test_a_number_one_bid_for_is_offered_once() -> None:
    put_up_lot(LOT, "L2", ENDS, NOW, by="test")
    bid_for_lot(line(LI), LOT, 40_000, "b1", NOW)
    assert [(one.value, one.price) for one in lots(LI)] == [(str(LOT), "¥400")]


def test_the_bid_itself_begins_empty_and_the_number_is_chosen() -> None:
    put_up_lot(LOT, "L2", ENDS, NOW, by="test")
    item = item_of("auction")
    choices = choices_of(sources_of(item), asker(), NOW)
    fields = {one.name: one for one in fields_of(item, Language.ZH, {}, {}, choices)}
    assert fields["yuan"].value == ""
    assert fields["number"].kind is FieldKind.CHOICE
    assert [one.value for one in fields["number"].choices] == ["", str(LOT)]
