"""Binding from the menu: another line by its own handset, taken back without asking it again."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.menu.items.customers import LI, NOW, WANG, asker, line, open_line, refused, said
from tests.pages.hall.test_sign_in import code_sent_to, said_to
from wanhao.access.one_time_codes import MOST_ONE_ASKS
from wanhao.menu.contracts import Asker, Door, IdentityLevel
from wanhao.parties.binding import MOST_LINES, TAKEN_BACK, bind_line, bindings_of, release_line
from wanhao.workflows.open_login import open_login

NOBODYS = 16900000000


@pytest.fixture
def me() -> Asker:
    open_line(WANG)
    open_line(LI)
    return replace(asker(), login_id=open_login(WANG, NOW), name="login")


def numbers(me: Asker) -> list[int]:
    assert me.login_id is not None
    return [one.line.number for one in bindings_of(me.login_id)]


def test_the_code_goes_to_the_other_handset_and_binds_its_line(me: Asker) -> None:
    sent = said("bind", me, number=str(LI))
    assert sent.short == "验证码已发到169****0002，5分钟内有效，请填写后再提交。"
    assert numbers(me) == [WANG]
    done = said("bind", me, number=str(LI), code=code_sent_to(LI))
    assert done.short == "已绑定169****0002。"
    assert numbers(me) == [WANG, LI]
    assert "已绑定到您的登录" in refused("bind", me, number=str(LI))


def test_a_wrong_code_counts_and_after_three_none_is_right(me: Asker) -> None:
    said("bind", me, number=str(LI))
    code = code_sent_to(LI)
    wrong = "000000" if code != "000000" else "000001"
    told = [refused("bind", me, number=str(LI), code=wrong) for _ in range(3)]
    assert told[:2] == ["验证码不对，还可试2次。", "验证码不对，还可试1次。"]
    assert "已失效" in told[2]
    assert "已失效" in refused("bind", me, number=str(LI), code=code)
    assert numbers(me) == [WANG]


def test_a_code_is_good_for_the_sign_in_that_asked_for_it_alone(me: Asker) -> None:
    open_line(other := LI + 5)
    stranger = replace(asker(other), login_id=open_login(other, NOW))
    said("bind", me, number=str(LI))
    assert "已失效" in refused("bind", stranger, number=str(LI), code=code_sent_to(LI))
    assert numbers(stranger) == [other]


def test_a_number_nobody_has_looks_the_same_and_gets_nothing(me: Asker) -> None:
    assert said("bind", me, number=str(NOBODYS)).short.startswith("验证码已发到169****0000")
    assert said_to(NOBODYS) == []


def test_one_sign_in_does_not_write_to_the_whole_town(me: Asker) -> None:
    for place in range(MOST_ONE_ASKS):
        said("bind", me, number=str(NOBODYS + 1 + place))
    assert "60分钟后再试" in refused("bind", me, number=str(LI))
    assert said_to(LI) == []
    assert "验证码已发到" in said("bind", me, now=NOW + timedelta(hours=1), number=str(LI)).short


def test_unbinding_is_taken_back_at_once_for_half_an_hour(me: Asker) -> None:
    assert me.login_id is not None
    bind_line(me.login_id, line(LI).line_id, NOW, by="test")
    assert said("unbind", me, number=str(LI)).short == "已解绑169****0002。"
    assert numbers(me) == [WANG]
    assert said("bind", me, number=str(LI)).short == "已绑定169****0002。"
    assert numbers(me) == [WANG, LI]
    said("unbind", me, number=str(LI))
    assert "验证码已发到" in said("bind", me, now=NOW + TAKEN_BACK, number=str(LI)).short


def test_who_released_the_line_meanwhile_is_asked_again(me: Asker) -> None:
    assert me.login_id is not None
    bind_line(me.login_id, line(LI).line_id, NOW, by="test")
    said("unbind", me, number=str(LI))
    release_line(line(LI).line_id, open_login(LI, NOW), NOW, by="login of Li")
    assert "验证码已发到" in said("bind", me, number=str(LI)).short
    assert numbers(me) == [WANG]


def test_the_only_line_stays_and_a_strange_one_cannot_be_unbound(me: Asker) -> None:
    assert "唯一的号码" in refused("unbind", me, number=str(WANG))
    assert "没有绑定" in refused("unbind", me, number=str(LI))


def test_a_sign_in_that_is_full_is_told_so_and_the_code_stays_good(me: Asker) -> None:
    assert me.login_id is not None
    for place in range(MOST_LINES - 1):
        bind_line(me.login_id, open_line(LI + 10 + place).line_id, NOW, by="test")
    said("bind", me, number=str(LI))
    code = code_sent_to(LI)
    assert "最多绑定10个号码" in refused("bind", me, number=str(LI), code=code)
    said("unbind", me, number=str(LI + 10))
    assert said("bind", me, number=str(LI), code=code).short == "已绑定169****0002。"


def test_where_nobody_is_signed_in_it_says_so(me: Asker) -> None:
    chat = replace(me, door=Door.CHAT, login_id=None, level=IdentityLevel.VERIFIED)
    assert refused("bind", chat, number=str(LI)) == "请先登录网上营业厅。"
