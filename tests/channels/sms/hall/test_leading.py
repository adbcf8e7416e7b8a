"""What a message cannot prove goes on in the online hall."""

import re
from datetime import UTC, datetime

import pytest

from tests.channels.sms.hall.hall_door import write
from tests.parties.examples import a_family, a_line, an_account
from wanhao.access.one_time_links import look_at_link
from wanhao.channels.sms.contracts import HallConfig
from wanhao.channels.sms.hall.answering import Hall
from wanhao.parties.actions import open_accounts
from wanhao.parties.contracts import Language
from wanhao.parties.queries import lines_by_number

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 12, 5, 4, 0, tzinfo=UTC)
ZH, EN = 16907920001, 16907920003
LED = Hall(config=HallConfig(key=b"tests", url="https://hall.example/"), sign_off="")
LINK = re.compile(r"https://hall\.example/hall/open/([\w-]+)/")


@pytest.mark.parametrize(("number", "said"), [(ZH, "30分钟"), (EN, "30 minutes")])
def test_records_one_by_one_are_asked_for_by_a_link(number: int, said: str) -> None:
    open_accounts([a_family()])
    (answer,) = write(number, "106", NOW, hall=LED)
    assert said in answer
    found = LINK.search(answer)
    assert found is not None
    link = look_at_link(found[1], NOW)
    assert link is not None
    assert link.line_id == lines_by_number([number])[number].line_id
    assert link.purpose == "detail"


def test_without_an_online_hall_it_is_said_where_it_can_be_had() -> None:
    open_accounts([an_account("A1", (a_line(ZH, language=Language.ZH),))])
    (answer,) = write(ZH, "106", NOW)
    assert "http" not in answer
    assert "营业厅" in answer
