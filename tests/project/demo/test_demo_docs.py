"""The page about the demo world says what the cast file says."""

from pathlib import Path

import pytest

from wanhao.project.demo.cast import cast

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "demo-world.md"


@pytest.mark.parametrize("member", cast(), ids=lambda member: member.name_en)
def test_the_page_introduces_everybody(member):
    row = next(line for line in PAGE.read_text().splitlines() if str(member.number) in line)
    told = ", ".join(f"`{rule}`" for rule in member.told) or "nothing"
    for words in (member.name_zh, member.name_en, member.plan, member.shows_en, f"| {told} |"):
        assert words in row


@pytest.mark.parametrize(
    "member", [one for one in cast() if one.told_ahead], ids=lambda member: member.name_en
)
def test_the_page_says_what_each_is_told_in_a_month_that_passes(member):
    row = next(line for line in PAGE.read_text().splitlines() if f"| {member.name_en} |" in line)
    assert f"| {', '.join(f'`{rule}`' for rule in member.told_ahead)} |" in row
