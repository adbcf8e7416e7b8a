"""Reminders switched off and on: one, all that may be, by whom and where."""

from datetime import timedelta

import pytest

from tests.communications.conftest import Town
from tests.communications.crossings import NOW, decide, voice_crossing
from wanhao.communications.actions import carry_over, set_all_opt_outs, set_opt_out
from wanhao.communications.changing import change_rule
from wanhao.communications.contracts import Door
from wanhao.communications.deciding import live_opt_outs
from wanhao.communications.models import ReminderDecision
from wanhao.communications.optouts import opt_outs, switchable
from wanhao.values.errors import WanhaoError

LATER = NOW + timedelta(hours=1)


def smith(town: Town) -> int:
    return town.smith.groups[0].lines[0].line_id


def test_who_switched_and_where_is_kept(town: Town) -> None:
    line = smith(town)
    assert set_opt_out(line, "voice-80", True, NOW, door=Door.SMS, by="16907930001")
    assert not set_opt_out(line, "voice-80", True, LATER, door=Door.CLERK, by="li")
    assert set_opt_out(line, "voice-80", False, LATER, door=Door.CLERK, by="li")

    (kept,) = opt_outs(line)
    assert (kept.rule, kept.since, kept.door, kept.by) == (
        "voice-80",
        NOW,
        Door.SMS,
        "16907930001",
    )
    assert (kept.until, kept.until_door, kept.until_by) == (LATER, Door.CLERK, "li")


def test_all_that_may_be_is_switched_off_and_on_at_once(town: Town) -> None:
    line = smith(town)
    set_opt_out(line, "low-use", True, NOW)
    changed = set_all_opt_outs(line, True, LATER, door=Door.PAGE, by="smith")
    assert set(changed) == switchable(NOW) - {"low-use"}
    decide(voice_crossing(town.smith))
    assert ReminderDecision.objects.get().outcome == "opted_out"

    assert set(set_all_opt_outs(line, False, LATER, door=Door.SMS)) == switchable(NOW)
    assert live_opt_outs([line]) == set()
    assert len(opt_outs(line)) == len(switchable(NOW))


def test_a_rule_that_must_stay_on_by_a_change_cannot_be_switched_off_any_more(town: Town) -> None:
    line = smith(town)
    set_opt_out(line, "voice-80", True, NOW)
    change_rule("voice-80", {"switchable": False}, by="li", reason="new law", now=NOW)
    with pytest.raises(WanhaoError, match="no reminder that can be switched off"):
        set_opt_out(line, "voice-80", True, LATER)
    decide(voice_crossing(town.smith))
    assert ReminderDecision.objects.get().outcome == "told"
    assert set_opt_out(line, "voice-80", False, LATER)


def test_a_number_that_gets_another_line_keeps_what_it_switched_off(town: Town) -> None:
    old, new = (line.line_id for line in town.family.groups[0].lines[:2])
    set_opt_out(old, "voice-80", True, NOW, door=Door.SMS, by="16907920001")
    carry_over(old, new, LATER)
    carry_over(old, new, LATER)
    assert [(one.rule, one.door, one.by) for one in opt_outs(new)] == [
        ("voice-80", Door.SMS, "16907920001")
    ]


@pytest.mark.parametrize("opted_out", [True, False])
def test_a_rule_there_is_not_is_named(town: Town, opted_out: bool) -> None:
    with pytest.raises(WanhaoError, match="'lottery' is no reminder"):
        set_opt_out(smith(town), "lottery", opted_out, NOW)
