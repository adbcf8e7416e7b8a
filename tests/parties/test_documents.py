"""Documents: recorded when seen, compared by name and number, never kept or shown whole."""

from datetime import UTC, datetime

import pytest
from django.db import connection

from tests.parties.examples import an_account
from wanhao.parties.actions import open_accounts
from wanhao.parties.contracts import DocumentKind
from wanhao.parties.documents import documents_of_lines, is_holder, record_document
from wanhao.values.errors import WanhaoError

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
CARD = "11010519491231002X"  # the example of GB 11643


def a_line_id() -> int:
    return open_accounts([an_account()])[0].groups[0].lines[0].line_id


def test_name_and_number_are_compared_and_small_letters_do_not_matter() -> None:
    line_id = a_line_id()
    record_document(line_id, DocumentKind.IDENTITY_CARD, CARD, NOW, by="clerk")
    assert is_holder(line_id, "王小明", CARD)
    assert is_holder(line_id, " 王小明 ", "110105 19491231 002x")
    assert not is_holder(line_id, "王大明", CARD)
    assert not is_holder(line_id, "王小明", "360102199003071236")


def test_the_number_is_kept_and_shown_nowhere() -> None:
    line_id = a_line_id()
    view = record_document(line_id, DocumentKind.IDENTITY_CARD, CARD, NOW, by="clerk")
    assert view.masked == "****002X"
    assert documents_of_lines([line_id]) == {line_id: view}
    with connection.cursor() as cursor:
        cursor.execute("SELECT document::text FROM wanhao_parties_document AS document")
        (row,) = cursor.fetchall()
    assert CARD not in row[0]
    assert "19491231" not in row[0]


def test_a_new_document_takes_the_place_of_the_old_one() -> None:
    line_id = a_line_id()
    record_document(line_id, DocumentKind.IDENTITY_CARD, CARD, NOW, by="clerk")
    record_document(line_id, DocumentKind.PASSPORT, "E12345678", NOW, by="clerk")
    assert documents_of_lines([line_id])[line_id].kind is DocumentKind.PASSPORT
    assert not is_holder(line_id, "王小明", CARD)
    assert is_holder(line_id, "王小明", "e12345678")


@pytest.mark.parametrize("number", ["110105194912310021", "1101051949123100", "", "茶"])
def test_what_is_no_number_of_a_card_is_refused(number: str) -> None:
    with pytest.raises(WanhaoError, match="no number of"):
        record_document(a_line_id(), DocumentKind.IDENTITY_CARD, number, NOW, by="clerk")


def test_without_a_document_nobody_is_known() -> None:
    with pytest.raises(WanhaoError, match="No document is recorded"):
        is_holder(a_line_id(), "王小明", CARD)
