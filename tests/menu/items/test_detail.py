"""Detailed records: from the archive of a meter that really counted them, and noted down."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.menu.items.customers import EN, LI, asked, asker, refused, said
from tests.pages.operator import TALKER, SmallOperator
from wanhao.access.queries import reads_of
from wanhao.menu.contracts import Door, IdentityLevel, ReplyKind

NOW = datetime.now(UTC)


@pytest.fixture
def operator(db: None, tmp_path: Path) -> Iterator[SmallOperator]:
    small = SmallOperator(tmp_path / "usage")
    small.open()
    yield small
    small.close()


def test_records_are_counted_listed_and_the_reading_noted(operator: SmallOperator) -> None:
    operator.calls([30, 20])
    reply = said("detail", asker(TALKER), now=NOW)
    assert reply.short.endswith("共2条记录，语音50分钟。")
    first = reply.long.splitlines()[1]
    assert "国内语音" in first
    assert "分钟" in first
    assert reply.data["number"] == "169****0001"
    assert reply.data["records"] == 2
    assert {one["quantity"] for one in reply.data["shown"]} == {1_800, 1_200}
    assert str(TALKER) not in reply.long + str(reply.data)
    assert [read.purpose for read in reads_of(f"line {TALKER}")] == ["detail at app"]
    english = said("detail", asker(TALKER, EN), now=NOW, service="voice")
    assert "2 records, voice 50 min." in english.short
    assert "no records" in said("detail", asker(TALKER, EN), now=NOW, service="data").short


def test_records_come_in_pages(operator: SmallOperator) -> None:
    operator.calls([1] * 60)
    reply = said("detail", asker(TALKER), now=NOW, page=2)
    assert (reply.data["pages"], len(reply.data["shown"])) == (2, 10)
    assert reply.long.endswith("第2页，共2页")
    assert refused("detail", asker(TALKER), now=NOW, page=3) == "只有2页。"


def test_only_six_months_are_shown_and_an_empty_one_says_so(operator: SmallOperator) -> None:
    assert "最近5个月" in refused("detail", asker(TALKER), now=NOW, month="202001")
    assert "没有详单记录" in said("detail", asker(TALKER), now=NOW).short


def test_nobody_less_than_certain_reads_them(operator: SmallOperator) -> None:
    for door, level in ((Door.SMS, IdentityLevel.KNOWN), (Door.WEB, IdentityLevel.VERIFIED)):
        reply = asked("detail", asker(TALKER, door=door, level=level), now=NOW)
        assert (reply.kind, reply.needs) == (ReplyKind.TO_STEP_UP, IdentityLevel.STRONG)
    assert reads_of(f"line {TALKER}") == []
    assert LI != TALKER


def test_an_archive_out_of_reach_is_told_in_the_customers_words(operator: SmallOperator) -> None:
    operator.calls([1])
    operator.folders.archive.rename(operator.folders.root / "elsewhere")
    assert refused("detail", asker(TALKER), now=NOW) == "详单暂时查不到，请稍后再试。"


@pytest.mark.parametrize("door", [Door.WEB, Door.APP, Door.TERMINAL, Door.COUNTER])
def test_nobody_is_sent_to_the_hall_they_are_in(operator: SmallOperator, door: Door) -> None:
    reply = asked("detail", asker(TALKER, door=door, level=IdentityLevel.VERIFIED), now=NOW)
    assert reply.kind is ReplyKind.TO_STEP_UP
    assert "营业厅" not in reply.long
