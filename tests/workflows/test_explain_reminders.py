"""Why a line was told, why it was not, and the records behind it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.parties.examples import a_family, a_line, an_account
from tests.usage.operators import MB, drop, meter, row, settle
from wanhao.access.queries import reads_of
from wanhao.communications import actions
from wanhao.communications.contracts import Metric
from wanhao.communications.models import RuleChange
from wanhao.parties.contracts import PayType
from wanhao.parties.queries import lines_by_number
from wanhao.products.actions import load_catalogue
from wanhao.project.command.reminders_explain import told
from wanhao.usage.archive.daily import keep_archive
from wanhao.values.errors import WanhaoError
from wanhao.workflows.explain_reminders import explain
from wanhao.workflows.explanation import Explanation, RuleExplained, Verdict
from wanhao.workflows.open_accounts import AccountOrder, open_accounts
from wanhao.workflows.order_product import order_product
from wanhao.workflows.tell_customers import TellCustomers
from wanhao.workflows.watch_thresholds import watch_thresholds

pytestmark = pytest.mark.django_db(transaction=True)
OPENED = datetime(2026, 10, 31, 17, tzinfo=UTC)
NOON = datetime(2026, 11, 15, 4, tzinfo=UTC)
NOVEMBER = 202611
TALKER, LATECOMER = 16907910001, 16907910009
FATHER, SON = 16907920001, 16907920002


class Town:
    """A talker and a family (100 minutes and 500 MB each), somebody who pays afterwards."""

    def __init__(self, folder) -> None:
        self.folder, self.now, self.files = folder, OPENED, 0
        load_catalogue()
        watch_thresholds(OPENED)
        later = an_account("L1", (a_line(LATECOMER),), pay_type=PayType.POSTPAID)
        orders = [
            AccountOrder(
                account=an_account("T1", (a_line(TALKER),)), offering_codes=("lexiang-4g-59",)
            ),
            AccountOrder(account=a_family("F1"), offering_codes=("lexiang-4g-59",)),
            AccountOrder(account=later, offering_codes=("lexiang-4g-59",)),
        ]
        open_accounts(orders, OPENED)
        self.meter = meter(folder, sink=TellCustomers(), clock=lambda: self.now)
        settle(self.meter)
        self.now = NOON

    def uses(self, *rows) -> str:
        """A file of records is counted."""
        self.files += 1
        self.now += timedelta(minutes=1)
        drop(self.folder, f"{self.files}.csv", rows)
        settle(self.meter)
        return f"{self.files}.csv"

    def explained(self, number=TALKER, cycle=NOVEMBER) -> Explanation:
        return explain(number, cycle, self.now)

    def rule(self, code: str, number=TALKER) -> RuleExplained:
        (found,) = [one for one in self.explained(number).rules if one.rule.code == code]
        return found


@pytest.fixture
def town(tmp_path) -> Iterator[Town]:
    made = Town(tmp_path)
    yield made
    made.meter.stop()


def call(identity, minutes, number=TALKER, at=0, **other):
    """A call some minutes after noon."""
    start = int(NOON.timestamp()) - 3600 + at * 60
    return row(identity, number, "voice", minutes * 60, start=start, **other)


def test_a_reminder_is_explained_down_to_the_record_that_crossed(town) -> None:
    town.uses(call("m-1", 30), call("m-2", 20, at=5))
    file = town.uses(call("m-4", 9, at=20), call("m-3", 28, at=10), call("x", 1, number=FATHER))
    told_at = town.rule("voice-80")
    assert told_at.verdict is Verdict.WAITS
    assert (told_at.standing.used, told_at.standing.allowed) == (87, 100)
    (one,) = told_at.decided
    assert (one.trail.trigger["used"], one.trail.rule_values["threshold"]) == (87, 80)
    assert (one.evidence.crossing.record_id, one.evidence.files) == ("m-4", (file,))
    assert [record.record_id for record in one.evidence.before] == ["m-1", "m-2", "m-3"]
    assert (one.evidence.records, one.evidence.units) == (4, 87)
    assert town.rule("voice-100").verdict is Verdict.NOT_REACHED


def test_the_whole_way_of_a_message_is_told(town) -> None:
    town.uses(call(1, 85))
    now = town.now + timedelta(minutes=20)
    actions.release_due(now)
    (message,) = actions.claim_for_sending("sms", 5, now)
    actions.mark_accepted(message.message_id, ["part-1"], now)
    town.now = now
    explained = town.rule("voice-80")
    assert explained.verdict is Verdict.TOLD
    trail = explained.decided[0].trail.message
    assert trail.message_id == message.message_id
    assert [part.channel_message_id for part in trail.parts] == ["part-1"]
    assert trail.planned_at < trail.released_at <= trail.claimed_at <= trail.accepted_at
    assert "85" in trail.text


def test_a_card_sees_what_its_family_used_together(town) -> None:
    town.uses(row(1, SON, "data", 300 * MB), row(2, FATHER, "data", 110 * MB))
    explained = town.rule("data-80", FATHER)
    assert explained.standing.used == 410 * MB
    assert len(explained.decided) == 1
    assert explained.decided[0].evidence.records == 2


def test_a_pack_is_part_of_what_there_is(town) -> None:
    order_product(lines_by_number([TALKER])[TALKER].group_id, "data-pack-10", town.now)
    town.uses(row(1, TALKER, "data", 430 * MB))
    explained = town.rule("data-80")
    assert explained.verdict is Verdict.NOT_REACHED
    assert explained.standing.allowed == 600 * MB
    assert explained.standing.percent == 71


def test_what_was_switched_off_is_said(town) -> None:
    line = lines_by_number([TALKER])[TALKER]
    actions.set_opt_out(line.line_id, "voice-80", True, town.now)
    assert town.rule("voice-80").verdict is Verdict.OPTED_OUT
    town.uses(call(1, 85))
    explained = town.rule("voice-80")
    assert (explained.verdict, explained.opted_out) == (Verdict.OPTED_OUT, True)
    assert explained.decided[0].trail.message is None


def test_a_rule_that_was_lowered_is_silent_for_those_past_it(town) -> None:
    town.uses(call(1, 75))
    RuleChange.objects.create(
        rule="voice-80",
        values={"threshold": 70},
        valid_from=town.now,
        by="clerk",
        reason="earlier",
        made_at=town.now,
    )
    watch_thresholds(town.now)
    town.uses(call(2, 1))
    assert town.rule("voice-80").verdict is Verdict.SILENT


def test_a_rule_that_is_off_and_one_of_another_way_of_paying_say_so(town) -> None:
    RuleChange.objects.create(
        rule="data-80",
        values={"enabled": False},
        valid_from=OPENED,
        by="clerk",
        reason="a test",
        made_at=OPENED,
    )
    assert town.rule("data-80").verdict is Verdict.RULE_OFF
    assert town.rule("balance-15", LATECOMER).verdict is Verdict.NOT_WATCHED
    assert town.rule("balance-15").verdict is not Verdict.NOT_WATCHED
    assert town.rule("low-use").verdict is Verdict.BY_CLOCK


def test_a_month_that_closed_has_the_figures_of_its_file(town) -> None:
    town.uses(call(1, 60))
    town.now = datetime(2026, 12, 4, 4, tzinfo=UTC)
    settle(town.meter)
    explained = {one.rule.code: one for one in town.explained().rules}
    standing = explained["voice-80"].standing
    assert (standing.final, standing.used, standing.allowed) == (True, 60, 100)
    december = {one.rule.code: one for one in town.explained(cycle=202612).rules}
    data = december["data-80"].standing
    assert (data.metric, data.used) == (Metric.DATA, 0)


def test_a_month_whose_records_were_dropped_says_from_when_they_are_kept(town) -> None:
    file = town.uses(call(1, 85))
    town.now = datetime(2027, 2, 4, 4, tzinfo=UTC)
    for number in range(2):
        town.uses(call(f"late-{number}", 1, at=80 * 1440))
        town.meter.snapshot()
    town.now += timedelta(days=1)
    folders = town.meter.folders
    keep_archive(folders, town.now, 5)
    assert town.explained().records_from == ""
    assert town.rule("voice-80").decided[0].evidence.files == (file,)
    keep_archive(folders, town.now, 2)
    notice = "records are kept from 2026-12-01 on; before, only what was held"
    assert notice in [*told(town.explained(), 5)]
    assert town.rule("voice-80").decided[0].evidence.records == 0
    assert notice not in [*told(town.explained(cycle=202702), 5)]


def test_reading_an_explanation_is_noted_down(town) -> None:
    town.explained()
    assert [read.purpose for read in reads_of(f"line {TALKER}")] == ["explanation"]
    with pytest.raises(WanhaoError, match=r"Nobody uses the number 169\*\*\*\*9999"):
        town.explained(16907999999)


def test_the_command_tells_it_in_words_with_numbers_masked(town) -> None:
    town.uses(call("m-1", 50), call("m-2", 35, at=5))
    lines = list(told(town.explained(), 5))
    assert lines[0] == "169****0001, main card, month 202611"
    text = "\n".join(lines)
    assert "voice-80: waits (used 85 of 100 min, 85 %; tells at 80 %)" in text
    assert "voice-100: nothing to tell: not reached (used 85 of 100 min, 85 %" in text
    assert "> 11-15 11:05:00  169****0001  voice 2100  msc-1 m-2  of 1.csv" in text
    assert str(TALKER) not in text


def test_what_was_merged_says_into_which_message(town) -> None:
    town.uses(call(1, 85), row(2, TALKER, "data", 420 * MB))
    town.now += timedelta(minutes=20)
    actions.release_due(town.now)
    voice, data = town.rule("voice-80"), town.rule("data-80")
    merged, carrier = (voice, data) if voice.verdict is Verdict.MERGED else (data, voice)
    assert (merged.verdict, carrier.verdict) == (Verdict.MERGED, Verdict.ON_ITS_WAY)
    into = carrier.decided[0].trail.message
    assert merged.decided[0].trail.message.merged_into == into.message_id
    assert merged.rule.code in into.carries


def test_what_was_withdrawn_says_why(town) -> None:
    town.uses(call(1, 85))
    line = lines_by_number([TALKER])[TALKER]
    actions.set_opt_out(line.line_id, "voice-80", True, town.now)
    town.now += timedelta(minutes=20)
    actions.release_due(town.now)
    explained = town.rule("voice-80")
    assert explained.verdict is Verdict.WITHDRAWN
    assert explained.decided[0].trail.message.error == "switched off"
    assert "withdrawn, switched off" in "\n".join(told(town.explained(), 5))


def test_what_waits_for_the_morning_says_until_when(town) -> None:
    town.now = datetime(2026, 11, 15, 15, tzinfo=UTC)
    town.uses(call(1, 85))
    town.now += timedelta(minutes=20)
    actions.release_due(town.now)
    explained = town.rule("voice-80")
    assert explained.verdict is Verdict.WAITS
    message = explained.decided[0].trail.message
    assert (message.waits, message.release_at) == ("quiet", datetime(2026, 11, 16, tzinfo=UTC))
    words = "\n".join(told(town.explained(), 5))
    assert "waits for the end of quiet hours until 11-16 08:00:00" in words
