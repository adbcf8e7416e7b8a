"""Where customers can be reached besides their number."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.parties.examples import a_family
from wanhao.parties.actions import (
    end_media_of_line,
    open_accounts,
    set_medium_of_customer,
    set_medium_of_line,
)
from wanhao.parties.contracts import ContactMedium, LineView, MediumKind
from wanhao.parties.models import ContactMedium as Row
from wanhao.parties.queries import media_of_lines
from wanhao.values.errors import WanhaoError

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def mail(value: str) -> ContactMedium:
    return ContactMedium(kind=MediumKind.EMAIL, value=value)


APP = ContactMedium(kind=MediumKind.APP, value="li-jianguo")


@pytest.fixture
def lines() -> tuple[LineView, ...]:
    return open_accounts([a_family()])[0].groups[0].lines


def test_a_customers_mail_box_is_for_all_lines(lines: tuple[LineView, ...]) -> None:
    ids = [line.line_id for line in lines]
    set_medium_of_customer(ids[1], mail("li@example.com"), NOW)
    assert media_of_lines(ids) == {one: (mail("li@example.com"),) for one in ids}


def test_a_lines_own_medium_stands_for_the_customers(lines: tuple[LineView, ...]) -> None:
    main, child, _ = (line.line_id for line in lines)
    set_medium_of_customer(main, mail("li@example.com"), NOW)
    set_medium_of_line(child, mail("child@example.com"), NOW)
    set_medium_of_line(child, APP, NOW)

    assert media_of_lines([main, child]) == {
        main: (mail("li@example.com"),),
        child: (APP, mail("child@example.com")),
    }
    assert end_media_of_line(child, MediumKind.EMAIL, NOW) == 1
    assert media_of_lines([child]) == {child: (APP, mail("li@example.com"))}


def test_a_new_address_ends_the_old_one(lines: tuple[LineView, ...]) -> None:
    main = lines[0].line_id
    set_medium_of_line(main, mail("old@example.com"), NOW)
    set_medium_of_line(main, mail("new@example.com"), NOW + timedelta(days=1))

    assert media_of_lines([main]) == {main: (mail("new@example.com"),)}
    assert list(Row.objects.order_by("id").values_list("value", "until")) == [
        ("old@example.com", NOW + timedelta(days=1)),
        ("new@example.com", None),
    ]


@pytest.mark.parametrize(
    "value",
    ["", "li", "@example.com", "li@", "Li <li@example.com>", "a@b.c, d@e.f", "a@b.c\nBcc: d@e.f"],
)
def test_what_is_no_plain_address_is_refused(lines: tuple[LineView, ...], value: str) -> None:
    with pytest.raises(WanhaoError, match="no address"):
        set_medium_of_line(lines[0].line_id, mail(value), NOW)
    assert not Row.objects.exists()
