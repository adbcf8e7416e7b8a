"""`wanhao reminders`: list, show, check, set, revert, history, optout."""

import getpass

import pytest
from click.testing import CliRunner, Result

from tests.communications.conftest import Town, build_town
from wanhao.access.queries import reads_of
from wanhao.communications.changing import history
from wanhao.communications.in_force import rules_at
from wanhao.communications.optouts import opt_outs
from wanhao.project import clock
from wanhao.project.command.reminders import reminders
from wanhao.values.errors import WanhaoError

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> Result:
    return CliRunner().invoke(reminders, list(arguments), catch_exceptions=False)


@pytest.fixture
def town(db: None) -> Town:
    return build_town()


def test_every_rule_is_listed_and_those_changed_are_marked() -> None:
    run("set", "voice-80", "threshold=70", "--reason", "too late")
    told = run("list").output.splitlines()
    assert len(told) == len(rules_at(clock.now()).rules)
    assert "70" in told[0]
    assert "changed" in told[0]
    assert "changed" not in told[1]


def test_a_rule_is_shown_with_its_values_and_texts() -> None:
    told = run("show", "data-100").output
    assert "repeats_to      3000" in told
    assert "fixed           enabled, switchable, threshold, delivery_class" in told
    assert "data-100.usual zh (" in told
    assert "data-100.short_again en (" in told
    assert "22:00 to 08:00" in run("show", "policy").output


def test_all_texts_as_delivered_can_be_sent() -> None:
    result = run("check")
    assert result.exit_code == 0
    assert "0 wrong" in result.output
    assert "characters, 2 parts" in result.output
    assert len(run("check", "--all").output.splitlines()) > 100


def test_a_change_for_later_is_announced_and_reverted() -> None:
    result = run(
        "set", "voice-80", "threshold=70", "--from", "2099-12-01T08:00", "--reason", "as agreed"
    )
    (made,) = history()
    assert result.output == f"change {made.change_id} of voice-80: threshold=70\n"
    assert made.by == getpass.getuser()
    assert "from 2099-12-01 08:00: threshold=70" in run("show", "voice-80").output

    run("revert", str(made.change_id), "--from", "2099-12-02", "--reason", "no")
    first, second = run("history", "voice-80").output.splitlines()
    assert f"reverts {made.change_id}, from 2099-12-02 00:00" in first
    assert second.endswith(f"as agreed  reverted by {history()[0].change_id}")


def test_a_text_is_changed_word_by_word() -> None:
    run("set", "voice-80", "texts.usual.zh=您还剩{left}分钟。可拨10000。", "--reason", "shorter")
    assert "您还剩600分钟。可拨10000。【万号】" in run("show", "voice-80").output
    with pytest.raises(WanhaoError, match="strange variable"):
        run("set", "voice-80", "texts.usual.zh=您还剩{colour}分钟", "--reason", "shorter")
    with pytest.raises(WanhaoError, match="names no text"):
        run("set", "voice-80", "texts.usual=您好", "--reason", "shorter")


def test_a_rule_there_is_not_is_named() -> None:
    for arguments in (("show", "lottery"), ("history", "lottery")):
        with pytest.raises(WanhaoError, match="no reminder rule 'lottery'"):
            run(*arguments)


def test_a_line_is_switched_off_and_on(town: Town) -> None:
    line = town.smith.groups[0].lines[0]
    number = str(line.number)
    assert run("optout", number).output == "off: nothing\n"
    assert run("optout", number, "voice-80", "off").output.startswith("off: voice-80\n")
    assert "low-use" in run("optout", number, "all", "off").output.splitlines()[0]
    told = run("optout", number, "all", "on").output
    assert told.startswith("off: nothing\n")
    assert f"by command {getpass.getuser()}" in told
    assert {one.by for one in opt_outs(line.line_id)} == {getpass.getuser()}
    assert len(reads_of(f"line {line.line_id}")) == 4


def test_what_must_be_told_and_who_is_not_there_is_refused(town: Town) -> None:
    number = str(town.smith.groups[0].lines[0].number)
    with pytest.raises(WanhaoError, match="no reminder that can be switched off"):
        run("optout", number, "data-100", "off")
    with pytest.raises(WanhaoError, match="Shall voice-80 be off or on"):
        run("optout", number, "voice-80")
    with pytest.raises(WanhaoError, match=r"Nobody uses the number 169\*\*\*\*9999"):
        run("optout", "16999999999")
