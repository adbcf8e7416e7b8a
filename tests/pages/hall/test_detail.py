"""A customer's own records."""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from django.test import Client

from tests.pages.hall.customers import NUMBER, OTHER, a_customer
from tests.pages.hall.signing_in import sign_in
from wanhao.access.queries import reads_of
from wanhao.menu.contracts import IdentityLevel
from wanhao.pages.design import clock
from wanhao.pages.hall import detail
from wanhao.pages.hall.detail_rows import key_of
from wanhao.parties.contracts import LineView
from wanhao.usage.archive.holds import holds, release
from wanhao.usage.details import records_of
from wanhao.usage.disputes import DisputeOutcome, Settlement, disputes_of
from wanhao.values.cycle import Cycle
from wanhao.workflows.settle_dispute import settle_dispute


@pytest.fixture
def line(db: None, tmp_path: Path, client: Client) -> Iterator[LineView]:
    with a_customer(client, tmp_path / "usage") as line:
        yield line


def page(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def key(number: int = NUMBER) -> str:
    (record,) = records_of([number], Cycle.of(clock.now()).number)
    return key_of(record)


def test_records_are_listed_summed_and_their_reading_is_recorded(
    client: Client, line: LineView
) -> None:
    shown = page(client, "/hall/detail/")
    assert "共1条，语音30分钟" in shown
    assert str(NUMBER) not in shown
    assert [one.purpose for one in reads_of(f"line {NUMBER}")] == ["detail at the hall"]


def test_a_service_or_a_day_without_records_says_so(client: Client, line: LineView) -> None:
    assert "没有记录" in page(client, "/hall/detail/?service=data")
    assert "没有记录" in page(client, "/hall/detail/?day=2001-01-01")
    assert "共1条" in page(client, "/hall/detail/?service=voice&day=nonsense&page=99&month=1")


def test_the_latest_come_first_and_a_zone_can_be_asked_for(
    client: Client, line: LineView, monkeypatch: pytest.MonkeyPatch
) -> None:
    (first,) = records_of([NUMBER], Cycle.of(clock.now()).number)
    abroad = replace(first, record_id="2", start=first.start + 60, zone="roaming")
    later = replace(first, record_id="3", start=first.start + 120)
    monkeypatch.setattr(detail, "records_of", lambda *_: [first, abroad, later])
    shown = page(client, "/hall/detail/")
    places = [shown.index(f"/dispute/{key_of(one)}/") for one in (later, abroad, first)]
    assert places == sorted(places)
    only = page(client, "/hall/detail/?zone=roaming")
    assert "共1条" in only
    assert f"/dispute/{key_of(abroad)}/?month=" in only
    assert "zone=roaming" in only
    assert "共3条" in page(client, "/hall/detail/?zone=the-moon")
    table = b"".join(client.get("/hall/detail/detail.csv?zone=roaming")).decode()
    assert table.count("\r\n") == 2


def test_who_is_less_sure_proves_more_first_and_comes_back(client: Client, line: LineView) -> None:
    sign_in(client, NUMBER, clock.now(), IdentityLevel.VERIFIED)
    for path in ("/hall/detail/?service=voice", "/hall/detail/detail.csv"):
        response = client.get(path)
        assert response.status_code == 302
        assert "level=3" in response["Location"]
        assert "next=%2Fhall%2Fdetail%2F" in response["Location"]
    assert reads_of(f"line {NUMBER}") == []


def test_the_same_records_come_as_three_kinds_of_file(client: Client, line: LineView) -> None:
    table = b"".join(client.get("/hall/detail/detail.csv")).decode()
    assert table.startswith("\ufeff日期,时间,业务,区域,用量,费用\r\n")
    assert "语音,国内,30分钟" in table
    book = zipfile.ZipFile(BytesIO(client.get("/hall/detail/detail.xlsx").content))
    assert "30分钟" in book.read("xl/worksheets/sheet1.xml").decode()
    assert client.get("/hall/detail/detail.pdf").content.startswith(b"%PDF")
    assert [one.purpose for one in reads_of(f"line {NUMBER}")] == [
        f"detail as {form} at the hall" for form in ("pdf", "xlsx", "csv")
    ]


def test_a_disputed_record_is_held_once_until_it_is_settled(client: Client, line: LineView) -> None:
    path = f"/hall/detail/dispute/{key()}/"
    assert "30分钟" in page(client, path)
    done = client.post(path, {"reason": "not-mine", "words": "那天手机不在身边"})
    again = client.post(path, {"reason": "amount"})
    assert "已登记" in done.content.decode()
    assert "此前已提出异议" in again.content.decode()
    (held,) = holds()
    assert held.number == NUMBER
    assert held.covers(clock.today().isoformat())
    assert re.search(r"处理中.*那天手机不在身边", page(client, "/hall/requests/"))
    release(held.hold_id, by="clerk", now=clock.now())
    assert "已处理" in page(client, "/hall/requests/")


def test_the_customer_reads_what_came_of_a_dispute(client: Client, line: LineView) -> None:
    client.post(f"/hall/detail/dispute/{key()}/", {"reason": "charge"})
    (one,) = disputes_of(NUMBER, line.line_id)
    said = Settlement(
        dispute_id=one.dispute_id,
        outcome=DisputeOutcome.CORRECTED,
        answer="该通话重复记录，已更正",
        refund_fen=450,
    )
    settle_dispute(said, clock.now(), by="li.na")
    shown = page(client, "/hall/requests/")
    assert re.search(r"已更正.*该通话重复记录，已更正.*¥4.50已退回您的账户", shown)
    assert "处理中" not in shown
    assert holds() == []


def test_anothers_record_cannot_be_disputed(client: Client, line: LineView) -> None:
    assert client.post(f"/hall/detail/dispute/{key(OTHER)}/", {}).status_code == 404
    assert disputes_of(OTHER, line.line_id) == []
