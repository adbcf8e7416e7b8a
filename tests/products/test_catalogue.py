"""The catalogue file: what is on sale, and mistakes named by file and entry."""

from pathlib import Path

import pytest

from wanhao.products.actions import load_catalogue
from wanhao.products.catalogue import read_catalogue
from wanhao.products.queries import offering, offerings
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
ENTRY = """
[[offering]]
code = "plan"
name_zh = "套餐"
name_en = "Plan"
fee_fen = 5900
voice_minutes = 100
messages = 0
data_mb = 500
voice_unit_seconds = 60
voice_price_fen = 15
message_price_fen = 10
data_price_fen_per_mb = 30
"""


@pytest.mark.parametrize(("fee", "minutes", "megabytes"), LEXIANG_4G)
def test_lexiang_4g_is_as_published(fee: int, minutes: int, megabytes: int) -> None:
    found = {plan.code: plan for plan in read_catalogue()}[f"lexiang-4g-{fee}"]
    assert (found.fee_fen, found.voice_minutes, found.data_mb) == (fee * 100, minutes, megabytes)
    prices = (found.voice_price_fen, found.message_price_fen, found.data_price_fen_per_mb)
    assert prices == (15, 10, 30)
    assert found.voice_unit_seconds == 60


def test_every_lexiang_4g_plan_includes_messages() -> None:
    included = [p.messages for p in read_catalogue() if p.code.startswith("lexiang-4g-")]
    assert included == [30, 30, 30, 30, 60, 60, 120, 120, 180]


def test_lexiang_3g_49_includes_thirty_messages() -> None:
    found = {plan.code: plan for plan in read_catalogue()}["lexiang-3g-49"]
    assert (found.voice_minutes, found.messages, found.data_mb) == (100, 30, 200)


@pytest.mark.django_db
def test_loading_twice_is_loading_once(tmp_path: Path) -> None:
    count = load_catalogue()
    assert load_catalogue() == count == len(offerings())

    dearer = tmp_path / "catalogue.toml"
    dearer.write_text(ENTRY.replace('"plan"', '"lexiang-4g-59"').replace("5900", "6000"))
    load_catalogue(dearer)
    assert offering("lexiang-4g-59").fee_fen == 6000
    assert len(offerings()) == count


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        (ENTRY + ENTRY, r"catalogue.toml: offering 2 \('plan'\): code 'plan' is there twice"),
        (ENTRY.replace("fee_fen = 5900", ""), r"offering 1 \('plan'\): 'fee_fen' must be a whole"),
        (ENTRY.replace("5900", "59.00"), "'fee_fen' must be a whole number"),
        (ENTRY.replace("5900", "true"), "'fee_fen' must be a whole number"),
        (ENTRY.replace("5900", "-1"), "'fee_fen' must be a whole number"),
        (ENTRY.replace('"套餐"', '""'), "'name_zh' must be a text"),
        (ENTRY.replace("= 60", "= 7"), "'voice_unit_seconds' must divide a minute"),
        (ENTRY.replace("= 60", "= 0"), "'voice_unit_seconds' must divide a minute"),
        (ENTRY + "colour = 1", "'colour' is not a field"),
        (ENTRY + "code = ?", r"catalogue.toml: .*line 14"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, wrong: str, complaint: str) -> None:
    file = tmp_path / "catalogue.toml"
    file.write_text(wrong)
    with pytest.raises(WanhaoError, match=complaint):
        read_catalogue(file)


@pytest.mark.django_db
def test_an_unknown_code_is_an_error_with_a_remedy() -> None:
    with pytest.raises(WanhaoError, match="No offering has the code 'gold'") as caught:
        offering("gold")
    assert "catalogue" in caught.value.remedy
