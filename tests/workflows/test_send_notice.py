"""Notices of works and of fraud go to every line of a place, once, and can be taken back."""

from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.metering.pages import rows_of
from tests.parties.examples import a_family, a_line, an_account
from tests.workflows.promised import keep_until
from wanhao.communications.contracts import MessageState
from wanhao.communications.notice_contracts import NewNotice, NoticeKind, NoticeState
from wanhao.communications.notices import notices, withdraw_notice
from wanhao.communications.queries import messages_by_state, messages_to
from wanhao.parties.actions import open_accounts
from wanhao.parties.contracts import Language
from wanhao.project import clock
from wanhao.project.command import notices as command
from wanhao.promises.actions import keep_due
from wanhao.values.cycle import SHANGHAI
from wanhao.values.errors import WanhaoError
from wanhao.workflows import send_notice as sending
from wanhao.workflows.send_notice import preview_notice, send_notice

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
STARTS = datetime(2026, 11, 26, 0, 0, tzinfo=SHANGHAI)
WORKS = NewNotice(
    kind=NoticeKind.WORKS,
    city="南昌",
    what_zh="宽带和电视",
    what_en="broadband",
    starts_at=STARTS,
    ends_at=STARTS + timedelta(hours=6),
)
SIGN_OFF = "【万号】"


@pytest.fixture
def nanchang(db: None) -> None:
    """A family of three, one of whom reads English, and somebody in Ganzhou."""
    far = an_account("G1", (a_line(16907970001),), city="3607")
    open_accounts([a_family(), far])


def told(*numbers: int) -> list[int]:
    found = messages_to(numbers, 9)
    return [len(found[number]) for number in numbers]


def test_works_are_told_to_every_line_of_the_place_once(nanchang: None) -> None:
    send_notice(WORKS, "wang", NOW)
    keep_until(NOW)
    assert told(16907920001, 16907920002, 16907920003, 16907970001) == [1, 1, 1, 0]
    (message,) = messages_to([16907920001], 1)[16907920001]
    assert message.text == (
        "您所在的南昌将于11月26日00:00至11月26日06:00进行网络施工，"
        "其间宽带和电视可能中断。详情请拨10000。"
    )
    (view,) = notices()
    assert (view.state, view.lines, view.by) == (NoticeState.FINISHED, 3, "wang")


@pytest.mark.parametrize("at_once", [1, 2, 3])
def test_many_lines_are_gone_through_in_chunks(
    nanchang: None, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(sending, "AT_ONCE", at_once)
    numbers = (16907920003, 16907970001, 16907920001, 16999999999)
    send_notice(WORKS, "wang", NOW)
    send_notice(NewNotice(kind=NoticeKind.FRAUD, numbers=numbers, risk=True), "li", NOW)
    keep_until(NOW)
    assert [view.lines for view in notices()] == [3, 3]
    assert told(16907920001, 16907920002, 16907920003, 16907970001) == [2, 1, 2, 1]
    assert "疑似诈骗来电" in messages_to([16907970001], 1)[16907970001][0].text


def test_the_texts_and_their_size_are_shown_before(nanchang: None) -> None:
    texts = preview_notice(WORKS, SIGN_OFF, NOW)
    assert [(one.language, one.lines, one.parts) for one in texts] == [
        (Language.EN.value, 1, 2 if len(texts[0].text) > 70 else 1),
        (Language.ZH.value, 2, 1),
    ]
    assert all(one.text.endswith(SIGN_OFF) for one in texts)


@pytest.mark.parametrize("row", rows_of("notices.md", "announced"), ids="/".join)
def test_works_are_told_early_enough(nanchang: None, row: tuple[str, ...]) -> None:
    announced, begins, urgent, outcome = row
    starts = local(begins)
    notice = NewNotice(
        **{
            **{name: getattr(WORKS, name) for name in ("kind", "city", "what_zh", "what_en")},
            "starts_at": starts,
            "ends_at": starts + timedelta(hours=6),
            "urgent_reason": "" if urgent == "no" else urgent,
        }
    )
    if outcome == "sent":
        assert send_notice(notice, "wang", local(announced)) > 0
        return
    with pytest.raises(WanhaoError, match=outcome) as caught:
        send_notice(notice, "wang", local(announced))
    assert caught.value.remedy


def local(cell: str) -> datetime:
    return datetime.fromisoformat(cell).replace(tzinfo=SHANGHAI)


def test_a_notice_that_was_taken_back_tells_nobody_else(
    nanchang: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "AT_ONCE", 2)
    number = send_notice(WORKS, "wang", NOW)
    other = send_notice(replace(WORKS, what_en="TV"), "wang", NOW)
    keep_one_chunk_of_each()
    assert withdraw_notice(number, "li", NOW) == 2
    keep_until(NOW)
    states = messages_by_state()
    assert (states[MessageState.WITHDRAWN], states[MessageState.PLANNED]) == (2, 3)
    assert {view.notice_id: view.state for view in notices()} == {
        number: NoticeState.WITHDRAWN,
        other: NoticeState.FINISHED,
    }
    assert withdraw_notice(number, "li", NOW) == 0
    with pytest.raises(WanhaoError, match="There is no notice 999"):
        withdraw_notice(999, "li", NOW)


def test_pressing_twice_sends_once(nanchang: None) -> None:
    first = send_notice(WORKS, "wang", NOW)
    with pytest.raises(WanhaoError, match=f"sent just now, as notice {first}"):
        send_notice(WORKS, "li", NOW + timedelta(minutes=9))
    withdraw_notice(first, "wang", NOW)
    assert send_notice(WORKS, "wang", NOW + timedelta(minutes=9)) > first


def keep_one_chunk_of_each() -> None:
    keep_due({sending.KIND: sending.send_notices}, NOW, limit=2)


@pytest.mark.parametrize(
    ("notice", "trouble"),
    [
        (NewNotice(kind=NoticeKind.FRAUD), "for a city, or for given numbers"),
        (NewNotice(kind=NoticeKind.FRAUD, city="上海"), "There is no city '上海'"),
        (
            NewNotice(kind=NoticeKind.WORKS, numbers=(16907920001,), starts_at=STARTS),
            "missing: place_zh, place_en, what_zh, what_en, ends_at",
        ),
    ],
)
def test_what_lacks_something_is_refused(nanchang: None, notice: NewNotice, trouble: str) -> None:
    with pytest.raises(WanhaoError, match=trouble) as caught:
        preview_notice(notice, SIGN_OFF, NOW)
    assert caught.value.remedy


def test_the_command_shows_asks_and_sends(
    nanchang: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(command, "refuse_without_database", lambda: None)
    monkeypatch.setattr(command, "database", nullcontext)
    monkeypatch.setattr(clock, "now", lambda: NOW)
    numbers = tmp_path / "numbers.txt"
    numbers.write_text("16907920001\n\n16907920001\n16999999999\n")
    asked = run("fraud", "--numbers", str(numbers), answer="n\n")
    assert asked.exit_code == 1
    assert notices() == ()
    assert "1 lines in zh" in asked.output
    assert "1 of the 2 numbers are nobody's here" in asked.output
    sent = run(
        *("works", "--city", "Nanchang", "--from", "2026-11-26 00:00", "--yes"),
        *("--until", "2026-11-26 06:00", "--what-zh", "宽带", "--what-en", "broadband"),
    )
    assert (sent.exit_code, "2 lines in zh" in sent.output) == (0, True)
    (view,) = notices()
    assert "works" in run("list").output
    assert "0 messages" in run("withdraw", str(view.notice_id)).output


def run(*words: str, answer: str | None = None) -> Result:
    return CliRunner().invoke(command.notices, words, input=answer)
