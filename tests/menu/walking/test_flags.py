"""What an item says of itself is true: that it only reads, only proposes, or changes something."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.db import connection

from tests.menu.walking.examples import examples
from tests.menu.walking.world import NUMBERS, named
from wanhao.menu.actions import ask, confirm
from wanhao.menu.contracts import Asker, Door, IdentityLevel, Question, Reply, ReplyKind
from wanhao.menu.queries import item_of, items
from wanhao.parties.contracts import Language
from wanhao.parties.queries import lines_by_number
from wanhao.workflows.open_login import open_login

DIGEST = (
    "SELECT '{name}', md5(coalesce(string_agg(t::text, ',' ORDER BY t::text), '')) FROM {name} AS t"
)
PROPOSED = {"wanhao_menu_confirmation"}
RECORDED = {"wanhao_access_personaldataread"}
"""That somebody read is written down; it changes nothing of the customer's."""
SIGNED_IN = frozenset({Door.WEB, Door.APP})

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("walk")]


def state() -> dict[str, str]:
    """A digest of every table of ours."""
    names = [name for name in connection.introspection.table_names() if name.startswith("wanhao_")]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(DIGEST.format(name=name) for name in names))
        return dict(cursor.fetchall())


def written(asked: Callable[[], Reply]) -> tuple[Reply, set[str]]:
    """What came of it, and the tables that are not as they were before."""
    before = state()
    reply = asked()
    after = state()
    return reply, {name for name in after if after[name] != before[name]} - RECORDED


def asker(door: Door) -> Asker:
    number = NUMBERS[door]
    return Asker(
        door=door,
        level=IdentityLevel.STRONG,
        language=Language.ZH,
        line=lines_by_number({number})[number],
        login_id=open_login(number, datetime.now(UTC)) if door in SIGNED_IN else None,
    )


@pytest.mark.parametrize("code", sorted(items()))
def test_an_item_does_what_it_says_and_no_more(code: str, world: None) -> None:
    item, example, now = item_of(code), examples()[code], datetime.now(UTC)
    who = asker(min(item.doors))
    given = example.filled(**named(who.door, example))
    question = Question(item=code, given=given, asker=who)
    reply, tables = written(lambda: ask(question, now))
    if item.confirmed:
        assert reply.kind is ReplyKind.TO_CONFIRM, reply.long
        assert tables == PROPOSED
        reply, tables = written(lambda: confirm(who, now, nonce=reply.nonce, code=reply.code))
    assert reply.kind is ReplyKind.ANSWERED, reply.long
    assert bool(tables - PROPOSED) is not item.reads_only, tables
