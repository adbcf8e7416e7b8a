"""The catalogue's files: what is on sale, and every mistake named by file, line and reason."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.parties.examples import an_account
from wanhao.parties.actions import open_accounts
from wanhao.products.actions import hold_offering, load_catalogue
from wanhao.products.catalogue import CATALOGUE_FOLDER, examine, read_catalogue
from wanhao.products.contracts import Kind, Period
from wanhao.products.models import ProductOffering
from wanhao.products.queries import families, offering, offerings
from wanhao.project.command.catalogue import catalogue
from wanhao.values.cycle import Cycle
from wanhao.values.errors import WanhaoError

# Fee in yuan, minutes, MB, as published in July 2014.
LEXIANG_4G = [
    (59, 100, 500),
    (79, 200, 700),
    (99, 300, 1024),
    (129, 500, 1024),
    (169, 700, 2048),
    (199, 700, 3072),
    (299, 1500, 4096),
    (399, 2000, 6144),
    (599, 3000, 11264),
]
FAMILY = '[family]\nplace = 1\ncode = "things"\nname_zh = "东西"\nname_en = "Things"\n'
ENTRY = """
[[offering]]
code = "plan"
name_zh = "套餐"
name_en = "Plan"
kind = "plan"
source = "demo"
sold_from = 2014-07-01
fee_fen = 5900
period = "month"
first_month = "by-days"
allowances = [
  { service = "voice", quantity = 100 },
  { service = "data", quantity = 500 },
]
voice_unit_seconds = 60

[offering.prices]
domestic = { voice_fen = 15, message_fen = 10, data_fen_per_mb = 30 }
hk_macau_taiwan = { voice_fen = 99, message_fen = 39, data_fen_per_mb = 100 }
roaming = { voice_fen = 299, message_fen = 89, data_fen_per_mb = 300 }

[offering.schedule]
mode = "step"
price_fen_per_mb = 30
tiers = [
  { fee_fen = 1000, quota_mb = 100 },
  { fee_fen = 2000, quota_mb = 200 },
]
"""
PLAN = FAMILY + ENTRY
SALE = "sold_from = 2014-07-01"
PACK = """
[[offering]]
code = "pack"
name_zh = "包"
name_en = "Pack"
kind = "pack"
source = "demo"
sold_from = 2014-07-01
fee_fen = 500
period = "month"
allowances = [{ service = "message", quantity = 60 }]
"""


@pytest.mark.parametrize(("fee", "minutes", "megabytes"), LEXIANG_4G)
def test_lexiang_4g_is_as_published(fee: int, minutes: int, megabytes: int) -> None:
    found = {plan.code: plan for plan in read_catalogue()}[f"lexiang-4g-{fee}"]
    assert (found.fee_fen, found.voice_minutes, found.data_mb) == (fee * 100, minutes, megabytes)
    prices = (found.voice_price_fen, found.message_price_fen, found.data_price_fen_per_mb)
    assert prices == (15, 10, 30)
    assert found.voice_unit_seconds == 60
    assert found.schedule is not None
    assert (found.schedule.cap_fen, found.schedule.stop_mb) == (60_000, 15 * 1024)
    assert "auto-upgrade-3952" in found.excludes


def test_messages_of_lexiang_4g_are_marked_as_values_of_the_demo() -> None:
    plans = [plan for plan in read_catalogue() if plan.family == "lexiang-4g"]
    assert [plan.messages for plan in plans] == [30, 30, 30, 30, 60, 60, 120, 120, 180]
    assert all("allowances.message" in plan.demo for plan in plans)


def test_lexiang_3g_49_includes_thirty_messages() -> None:
    found = {plan.code: plan for plan in read_catalogue()}["lexiang-3g-49"]
    assert (found.voice_minutes, found.messages, found.data_mb) == (100, 30, 200)


def test_everything_the_operator_sells_is_there() -> None:
    found = read_catalogue()
    speeds = {one.speed_mbps for one in found if one.kind is Kind.BROADBAND}
    assert speeds == {20, 50, 100}
    yearly = [one for one in found if one.period is Period.YEAR]
    assert {one.months for one in yearly} == {12}
    assert [one.fee_fen for one in found if one.code.startswith("sms-pack-")] == [500, 1000, 2000]
    assert {one.kind for one in found} == set(Kind)
    assert {one.schedule.mode.value for one in found if one.schedule} == {"step", "jump", "stack"}
    broadband = [one for one in found if one.kind in (Kind.BROADBAND, Kind.BUNDLE)]
    assert all(one.is_demo for one in broadband)


@pytest.mark.parametrize(
    ("wrong", "line", "reason"),
    [
        (PLAN.replace("fee_fen = 5900\n", ""), 7, "plan: 'fee_fen' is missing"),
        (PLAN.replace("5900", "59.00"), 14, "plan: 'fee_fen' must be a whole number, not 59.0"),
        (PLAN.replace("5900", "true"), 14, "plan: 'fee_fen' must be a whole number, not True"),
        (PLAN.replace("5900", "-1"), 14, "plan: 'fee_fen' must be at least 0"),
        (PLAN.replace('"套餐"', '" "'), 9, "plan: 'name_zh' is empty"),
        (PLAN.replace('"套餐"', "7"), 9, "plan: 'name_zh' must be a text, not 7"),
        (PLAN.replace("seconds = 60", "seconds = 7"), 21, "'voice_unit_seconds' must divide"),
        (PLAN.replace('"plan"', '"Plan"', 1), 8, "a code is a-z, 0-9 and single -"),
        (PLAN.replace(SALE, f"{SALE}\ncolour = 1"), 14, "plan: 'colour' is not a field"),
        (PLAN.replace(SALE, f"{SALE}\nsold_until = 2014-06-30"), 14, "is before 'sold_from'"),
        (PLAN.replace('source = "demo"\n', ""), 7, "plan: 'source' is missing"),
        (PLAN.replace('source = "demo"', 'source = ""'), 12, "where its figures come from"),
        (PLAN.replace(SALE, f'{SALE}\ndemo = ["fee"]'), 14, "marks 'fee' as demo"),
        (
            PLAN.replace(SALE, f'{SALE}\nexcludes = ["gold"]'),
            14,
            "excludes 'gold', which is no code",
        ),
        (PLAN.replace("quantity = 500", "quantity = 0"), 19, "an allowance must be at least 1"),
        (PLAN.replace('"data", quantity', '"voice", quantity'), 19, "includes voice twice"),
        (
            PLAN.replace("voice_fen = 99", "voice_fen = -9"),
            25,
            "'prices.hk_macau_taiwan.voice_fen'",
        ),
        (PLAN.replace("quota_mb = 200", "quota_mb = 90"), 33, "tiers must ascend: 90 MB"),
        (PLAN.replace("fee_fen = 2000", "fee_fen = 900"), 33, "a step up must not be cheaper"),
        (PLAN.replace('"step"', '"stack"'), 31, "a stack has one tier"),
        (PLAN.replace('"month"', '"once"'), 16, "a first month by days needs a monthly fee"),
        (PLAN.replace('"month"', '"year"'), 15, "a yearly fee needs the number of its 'months'"),
        (PLAN.replace('"by-days"', '"whole"\nmonths = 2'), 17, "'months' belongs to a yearly fee"),
        (FAMILY + PACK + 'lasts = "day"', 17, "a daily fee is for what lasts a day"),
        (FAMILY + PACK + "speed_mbps = 20", 11, "'speed_mbps' is for broadband and bundles"),
        (FAMILY + PACK.replace('"pack"\nsource', '"upgrade"\nsource'), 11, "needs a 'schedule'"),
        (PLAN + ENTRY, 42, "is on sale from 2014-07-01, but also without an end in another"),
        (PLAN + "\ncode = ?", 36, "Invalid value"),
        (ENTRY, 1, "the file must begin with [family]"),
        (PLAN.replace('code = "things"\n', ""), 1, "'code' of the family must be a text"),
        (PLAN + "\n[colours]\nred = 1", 36, "'colours' is none of family, defaults, offering"),
    ],
)
def test_a_mistake_is_named_with_its_line(
    tmp_path: Path, wrong: str, line: int, reason: str
) -> None:
    file = tmp_path / "things.toml"
    file.write_text(wrong)
    problems = examine(tmp_path).problems
    told = [str(problem) for problem in problems]
    assert any(one.startswith(f"things.toml:{line}: ") and reason in one for one in told), told
    with pytest.raises(WanhaoError, match=r"things\.toml:"):
        read_catalogue(file)


def test_a_mistake_in_the_defaults_is_told_once(tmp_path: Path) -> None:
    second = ENTRY.replace('"plan"\nname', '"other"\nname')
    both = (ENTRY + second).replace("voice_unit_seconds = 60\n", "")
    defaults = "\n[defaults]\nvoice_unit_seconds = 7\n"
    (tmp_path / "things.toml").write_text(FAMILY + defaults + both)
    (problem,) = examine(tmp_path).problems
    assert str(problem) == "things.toml:8: 'voice_unit_seconds' must divide a minute"


def test_all_mistakes_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(PLAN.replace("5900", "-1").replace('"套餐"', '""'))
    (tmp_path / "b.toml").write_text((FAMILY + PACK).replace('"Pack"', '""'))
    found = CliRunner().invoke(catalogue, ["check", str(tmp_path)])
    assert found.exit_code == 1
    lines = found.output.splitlines()
    assert [line.split(" ")[0] for line in lines[:3]] == ["a.toml:9:", "a.toml:14:", "b.toml:10:"]


def test_the_catalogue_that_comes_with_wanhao_has_no_mistake() -> None:
    found = CliRunner().invoke(catalogue, ["check"])
    assert found.exit_code == 0
    assert "no mistake" in found.output


@pytest.mark.django_db
def test_loading_twice_is_loading_once(tmp_path: Path) -> None:
    count = load_catalogue()
    assert load_catalogue() == count == len(offerings())
    assert [family.code for family in families()][:2] == ["lexiang-4g", "lexiang-3g"]

    other = tmp_path / "other.toml"
    other.write_text(PLAN.replace("5900", "6000"))
    load_catalogue(other)
    other.write_text(PLAN.replace("5900", "6100"))
    load_catalogue(other)
    assert offering("plan").fee_fen == 6100
    assert len(offerings()) == count + 1


@pytest.mark.django_db
def test_what_somebody_holds_keeps_its_terms(tmp_path: Path) -> None:
    file = tmp_path / "things.toml"
    file.write_text(PLAN)
    load_catalogue(file)
    (opened,) = open_accounts([an_account()])
    hold_offering([opened.groups[0].group_id], "plan", Cycle(202611).start)
    file.write_text(PLAN.replace("5900", "6000"))
    with pytest.raises(WanhaoError, match="'plan' is held by customers") as caught:
        load_catalogue(file)
    assert "sold_until" in caught.value.remedy
    renamed = PLAN.replace('name_en = "Plan"', 'name_en = "The plan"')
    ended = renamed.replace(SALE, f"{SALE}\nsold_until = 2026-12-31")
    dearer = ENTRY.replace("2014-07-01", "2027-01-01").replace("5900", "6000")
    file.write_text(ended + dearer)
    load_catalogue(file)
    first, later = Cycle(202611).start.date(), Cycle(202702).start.date()
    assert (offering("plan", first).fee_fen, offering("plan", later).fee_fen) == (5900, 6000)
    assert offering("plan", first).name_en == "The plan"


def test_an_empty_folder_is_no_catalogue(tmp_path: Path) -> None:
    with pytest.raises(WanhaoError, match="There is no catalogue at"):
        read_catalogue(tmp_path)
    assert CATALOGUE_FOLDER.is_dir()


@pytest.mark.django_db
def test_an_unknown_code_is_an_error_with_a_remedy() -> None:
    with pytest.raises(WanhaoError, match="No offering has the code 'gold'") as caught:
        offering("gold")
    assert "catalogue" in caught.value.remedy


@pytest.mark.django_db
def test_a_family_that_is_not_there_is_told_with_those_that_are() -> None:
    load_catalogue()
    with pytest.raises(WanhaoError, match="No family is called 'nonsense'") as told:
        CliRunner().invoke(catalogue, ["list", "--family", "nonsense"], catch_exceptions=False)
    assert "lexiang-4g, lexiang-3g" in told.value.remedy


@pytest.mark.django_db
def test_offerings_read_before_are_read_again_when_they_were_changed() -> None:
    load_catalogue()
    before = {one.code: one for one in offerings()}
    with CaptureQueriesContext(connection) as asked:
        assert {one.code: one for one in offerings()} == before
    assert len(asked) == 1
    row = ProductOffering.objects.get(code="sms-pack-5")
    row.terms = {**row.terms, "name_en": "Five yuan of messages"}
    row.save()
    after = {one.code: one.name_en for one in offerings()}
    assert after.pop("sms-pack-5") == "Five yuan of messages"
    assert after == {code: one.name_en for code, one in before.items() if code != "sms-pack-5"}
