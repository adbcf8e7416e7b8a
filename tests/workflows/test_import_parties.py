"""Importing customers: what comes in, what stays out, and what happens when it is done again."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection

from tests.parties.examples import a_line, an_account, customer_behind
from tests.parties.importing.files import FAMILY, LI, LI_SON, LI_WIFE, WANG, other, write
from tests.workflows.told_facts import told_facts
from wanhao.billing.queries import balances
from wanhao.parties.contracts import Language, LineRole, PayType
from wanhao.parties.importing.checking import RowFault
from wanhao.parties.importing.contracts import Fault
from wanhao.parties.importing.queries import latest_runs
from wanhao.parties.models import BillingAccount, FrozenNumber, ImportRun, Line
from wanhao.parties.queries import line_count, lines_by_number
from wanhao.parties.states import RunState
from wanhao.products.queries import fees, holdings, offerings_held
from wanhao.usage.contracts import FundsFact, LineFact
from wanhao.values.errors import WanhaoError
from wanhao.workflows import import_parties as workflow
from wanhao.workflows.import_parties import ImportOutcome, Wish, import_parties
from wanhao.workflows.open_accounts import AccountOrder, open_accounts

pytestmark = pytest.mark.usefixtures("catalogue")
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
Import = Callable[..., ImportOutcome]
YEARS = timedelta(days=3650)


class Clerk:
    """Imports files and keeps what is told of bad rows."""

    def __init__(self) -> None:
        self.told: list[RowFault] = []

    def bring(self, path: Path, wish: Wish | None = None) -> ImportOutcome:
        self.told = []
        return import_parties(
            path,
            wish or Wish(),
            tell=self._keep,
            watch=lambda step, done, total: None,
            clock=lambda: NOW,
        )

    def _keep(self, name: str, faults: Iterator[RowFault]) -> None:
        self.told += faults

    @property
    def faults(self) -> list[tuple[int, str, str]]:
        return [(fault.row, fault.fault.value, fault.field) for fault in self.told]


@pytest.fixture
def clerk() -> Clerk:
    return Clerk()


def rows(outcome: ImportOutcome) -> tuple[int, int, int]:
    """Opened, standing, left out; every row is one of them."""
    found = (outcome.rows_opened, outcome.rows_standing, outcome.rows_left_out)
    assert sum(found) == outcome.rows
    return found


def test_a_person_and_a_family_come_in_with_all_that_is_theirs(
    tmp_path: Path, clerk: Clerk
) -> None:
    outcome = clerk.bring(write(tmp_path, WANG, *FAMILY))

    assert rows(outcome) == (4, 0, 0)
    assert (outcome.accounts_opened, clerk.told) == (2, [])
    lines = lines_by_number([16907910001, 16907920001, 16907920002, 16907920003])
    wang, li, son = (lines[number] for number in (16907910001, 16907920001, 16907920003))
    assert (wang.city, wang.role) == ("3601", LineRole.MAIN)
    assert customer_behind(wang.number) == "王小明"
    assert li.group_id == son.group_id != wang.group_id
    assert (li.city, son.role, son.language) == ("3604", LineRole.SECONDARY, Language.EN)
    held = offerings_held([wang.group_id, li.group_id])
    assert [held[line.group_id].code for line in (wang, li)] == [WANG["plan"], LI["plan"]]
    assert balances([wang.account_id, li.account_id]) == {wang.account_id: 5000, li.account_id: 0}


def test_the_meter_is_told_of_lines_and_money(tmp_path: Path, clerk: Clerk) -> None:
    clerk.bring(write(tmp_path, WANG, *FAMILY))

    facts = told_facts()
    since = {fact.number: fact.since for fact in facts if isinstance(fact, LineFact)}
    assert since[16907910001] == 1_404_144_000  # 2014-07-01 00:00 in Nanchang
    assert since[16907920001] == 1_552_613_400  # 2019-03-15 09:30 in Nanchang
    money = [fact.spendable_fen for fact in facts if isinstance(fact, FundsFact)]
    assert money == [5000, None]


def test_a_plan_held_for_years_is_ours_to_bill_from_this_month_on(
    tmp_path: Path, clerk: Clerk
) -> None:
    clerk.bring(write(tmp_path, WANG, other(LI, since="2026-11-16", group="")))
    lines = lines_by_number([16907910001, 16907920001])
    wang, li = (lines[number].group_id for number in (16907910001, 16907920001))

    assert fees(202610, [wang, li]) == {}
    owed = fees(202611, [wang, li])
    assert [(line.fee_fen, line.days, line.of_days) for line in owed[wang]] == [(1900, 30, 30)]
    assert [(line.fee_fen, line.days, line.of_days) for line in owed[li]] == [(6450, 15, 30)]


def test_packs_that_go_on_come_in_with_the_plan(tmp_path: Path, clerk: Clerk) -> None:
    packs = "sms-pack-5"
    outcome = clerk.bring(write(tmp_path, other(LI, packs=packs), LI_WIFE, LI_SON))
    assert [one.fault for one in outcome.faults] == [Fault.GROUP_DIFFERS]

    clerk.bring(write(tmp_path, other(LI, packs=packs), other(LI_WIFE, packs=packs)))
    group = lines_by_number([16907920001])[16907920001].group_id
    holding = holdings([group], NOW)[group]
    assert (holding.plan.code, [pack.code for pack in holding.packs]) == (
        "lexiang-4g-129",
        ["sms-pack-5"],
    )


@pytest.mark.parametrize("code", ["data-pack-10", "lexiang-4g-59", "nothing"])
def test_what_does_not_go_on_by_itself_is_no_pack_to_import(
    tmp_path: Path, clerk: Clerk, code: str
) -> None:
    clerk.bring(write(tmp_path, other(WANG, packs=f"sms-pack-5;{code}")))
    assert clerk.faults == [(2, "unknown-offering", "packs")]


def test_the_same_file_again_changes_nothing(tmp_path: Path, clerk: Clerk) -> None:
    path = write(tmp_path, WANG, *FAMILY)
    clerk.bring(path)
    facts = told_facts()

    assert rows(clerk.bring(path)) == (0, 4, 0)
    assert (told_facts(), line_count(), clerk.told) == (facts, 4, [])
    assert [run.state for run in latest_runs()] == [RunState.FINISHED, RunState.FINISHED]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"customer": "王大明"}, "customer"),
        ({"kind": "company"}, "kind"),
        ({"city": "3604"}, "city"),
        ({"pay_type": "postpaid"}, "pay_type"),
        ({"language": "en"}, "language"),
        ({"since": "2014-07-02"}, "since"),
        ({"plan": "lexiang-4g-129"}, "plan"),
        ({"packs": "sms-pack-5"}, "packs"),
        ({"balance_yuan": "51"}, "balance_yuan"),
        ({"number": "16907910009"}, "number"),
    ],
)
def test_a_known_account_told_otherwise_is_a_conflict_and_stays_as_it_is(
    tmp_path: Path, clerk: Clerk, change: dict[str, str], field: str
) -> None:
    clerk.bring(write(tmp_path, WANG))
    facts = told_facts()

    outcome = clerk.bring(write(tmp_path, other(WANG, **change), *FAMILY))
    assert rows(outcome) == (3, 0, 1)
    assert clerk.faults == [(2, "conflict", field)]
    assert customer_behind(16907910001) == "王小明"
    assert told_facts()[: len(facts)] == facts


def test_a_line_missing_from_a_known_family_is_a_conflict(tmp_path: Path, clerk: Clerk) -> None:
    clerk.bring(write(tmp_path, *FAMILY))
    outcome = clerk.bring(write(tmp_path, LI, LI_WIFE))

    assert rows(outcome) == (0, 0, 2)
    assert clerk.faults == [(2, "conflict", "number"), (3, "incomplete", "account")]


def test_lines_grouped_otherwise_are_a_conflict(tmp_path: Path, clerk: Clerk) -> None:
    clerk.bring(write(tmp_path, *FAMILY))
    alone = other(LI_SON, group="", role="main")
    clerk.bring(write(tmp_path, LI, LI_WIFE, alone))

    assert (4, "conflict", "group") in clerk.faults
    assert {row for row, _, _ in clerk.faults} == {2, 3, 4}


def test_an_account_with_a_bad_row_stays_out_whole_and_the_others_come_in(
    tmp_path: Path, clerk: Clerk
) -> None:
    outcome = clerk.bring(write(tmp_path, LI, other(LI_WIFE, number="1690792"), LI_SON, WANG))

    assert rows(outcome) == (1, 0, 3)
    assert clerk.faults == [
        (2, "incomplete", "account"),
        (3, "not-a-number", "number"),
        (4, "incomplete", "account"),
    ]
    assert list(Line.objects.values_list("number", flat=True)) == [16907910001]


def test_rows_of_an_account_need_not_stand_together(tmp_path: Path, clerk: Clerk) -> None:
    assert rows(clerk.bring(write(tmp_path, LI_SON, WANG, LI, LI_WIFE))) == (4, 0, 0)
    assert BillingAccount.objects.count() == 2


def test_a_number_in_use_stays_out(tmp_path: Path, clerk: Clerk) -> None:
    order = AccountOrder(
        account=an_account("Z", (a_line(16907920003),)), offering_codes=("lexiang-4g-129",)
    )
    open_accounts([order], NOW)

    assert rows(clerk.bring(write(tmp_path, WANG, *FAMILY))) == (1, 0, 3)
    assert (5, "number-in-use", "number") in clerk.faults
    assert clerk.told[-1].value == "169****0003"


def test_a_frozen_number_stays_out_until_it_is_free(tmp_path: Path, clerk: Clerk) -> None:
    frozen = FrozenNumber.objects.create(number=int(WANG["number"]), since=NOW, until=NOW + YEARS)
    path = write(tmp_path, WANG)
    assert rows(clerk.bring(path)) == (0, 0, 1)
    assert clerk.faults[0][1:] == ("number-in-use", "number")
    frozen.delete()
    assert rows(clerk.bring(path)) == (1, 0, 0)


@pytest.mark.parametrize(
    ("wrong", "fault", "field"),
    [
        ([other(LI_WIFE, customer="李大")], Fault.ACCOUNT_DIFFERS, "customer"),
        ([other(LI_WIFE, city="3601")], Fault.ACCOUNT_DIFFERS, "city"),
        ([other(LI_WIFE, pay_type="prepaid")], Fault.ACCOUNT_DIFFERS, "pay_type"),
        ([other(LI_WIFE, plan="lexiang-4g-59")], Fault.GROUP_DIFFERS, "plan"),
        ([other(LI_WIFE, role="main")], Fault.GROUP_MAIN, "role"),
        ([other(LI_WIFE, group="")], Fault.GROUP_MAIN, "role"),
        ([LI_WIFE, LI_WIFE], Fault.NUMBER_TWICE, "number"),
    ],
)
def test_rows_that_contradict_each_other_stay_out(
    tmp_path: Path, clerk: Clerk, wrong: list[dict[str, str]], fault: Fault, field: str
) -> None:
    outcome = clerk.bring(write(tmp_path, LI, *wrong, WANG))

    assert rows(outcome) == (1, 0, 1 + len(wrong))
    assert (fault, field) in {(one.fault, one.field) for one in outcome.faults}


def test_a_balance_may_be_told_once_for_an_account(tmp_path: Path, clerk: Clerk) -> None:
    clerk.bring(write(tmp_path, other(LI, balance_yuan="12.5"), LI_WIFE, LI_SON))
    account = lines_by_number([16907920001])[16907920001].account_id
    assert balances([account]) == {account: 1250}


def test_a_dry_run_says_what_would_happen_and_writes_nothing(tmp_path: Path, clerk: Clerk) -> None:
    clerk.bring(write(tmp_path, WANG))
    facts = told_facts()
    path = write(tmp_path, WANG, *FAMILY, other(WANG, account="B", number="1"))

    outcome = clerk.bring(path, Wish(dry_run=True))
    assert rows(outcome) == (3, 1, 1)
    assert (outcome.accounts_opened, clerk.faults) == (1, [(6, "not-a-number", "number")])
    assert (line_count(), told_facts(), ImportRun.objects.count()) == (1, facts, 1)


def test_strict_opens_nothing_of_a_file_with_a_bad_row(tmp_path: Path, clerk: Clerk) -> None:
    path = write(tmp_path, WANG, other(LI, city="北京"))
    outcome = clerk.bring(path, Wish(strict=True))

    assert outcome.refused
    assert rows(outcome) == (1, 0, 1)
    assert (line_count(), latest_runs()[0].state) == (0, RunState.REFUSED)
    assert clerk.bring(write(tmp_path, WANG, LI), Wish(strict=True)).rows_opened == 2


def test_a_file_that_cannot_be_read_is_refused_with_its_reason(
    tmp_path: Path, clerk: Clerk
) -> None:
    path = tmp_path / "customers.csv"
    path.write_text("account,number\nA1,16907910001\n")
    with pytest.raises(WanhaoError, match="has no column customer"):
        clerk.bring(path)
    (run,) = latest_runs()
    assert (run.state, run.running) == (RunState.REFUSED, False)
    assert "no column customer" in run.trouble


def test_an_import_that_fails_before_anything_is_open_is_over(
    tmp_path: Path, clerk: Clerk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise WanhaoError("Opening balances are kept elsewhere.")

    monkeypatch.setattr(workflow, "equip_accounts", refuse)
    with pytest.raises(WanhaoError, match="kept elsewhere"):
        clerk.bring(write(tmp_path, WANG))
    (run,) = latest_runs()
    assert (run.state, run.trouble) == (RunState.REFUSED, "Opening balances are kept elsewhere.")
    assert (line_count(), told_facts()) == (0, [])


def test_no_name_is_told_and_nothing_is_left_on_the_stage(tmp_path: Path, clerk: Clerk) -> None:
    slipped = other(WANG, city="王小明", customer="=王小明", number="169 0791 0001")
    clerk.bring(write(tmp_path, slipped, other(WANG, city="王小明"), WANG))

    assert "王小明" not in str(clerk.told)
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('import_row'), to_regclass('import_chunk')")
        assert cursor.fetchone() == (None, None)


def test_a_chunk_that_somebody_else_changed_is_compared_anew(
    tmp_path: Path, clerk: Clerk, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = AccountOrder(
        account=an_account("F1", (a_line(16907929999),), name="李大"),
        offering_codes=("lexiang-4g-129",),
    )
    compare = workflow._compare

    def compare_and_be_overtaken(chunk: int, now: datetime) -> None:
        compare(chunk, now)
        if not BillingAccount.objects.exists():
            open_accounts([order], NOW)

    monkeypatch.setattr(workflow, "_compare", compare_and_be_overtaken)
    with pytest.raises(WanhaoError, match="changed by somebody else"):
        clerk.bring(write(tmp_path, WANG, LI))
    monkeypatch.undo()
    assert line_count() == 0
    assert rows(clerk.bring(write(tmp_path, WANG, LI))) == (2, 0, 0)


def test_what_is_paid_first_can_be_spent(tmp_path: Path, clerk: Clerk) -> None:
    clerk.bring(write(tmp_path, other(WANG, balance_yuan="")))
    account = lines_by_number([16907910001])[16907910001].account_id
    assert balances([account]) == {account: 0}
    assert BillingAccount.objects.get().pay_type == PayType.PREPAID
