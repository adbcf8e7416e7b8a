"""Who may give how much data, as the page says."""

from datetime import date, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from tests.metering.pages import rows_of
from wanhao.products.gift_rules import (
    GiftTerms,
    Given,
    gift_terms,
    may_give_mb,
    read_gift_terms,
    refuse_gift,
    spare_mb,
)
from wanhao.values.cycle import SHANGHAI, Cycle
from wanhao.values.errors import WanhaoError

NOW = datetime(2026, 12, 5, 12, tzinfo=SHANGHAI)
MB = 1024 * 1024
PLAN_MB = 500


def test_the_page_says_what_the_file_says() -> None:
    terms = gift_terms(NOW)
    told = {what: value for what, value, _ in rows_of("data-gifts.md", "what", 0)}
    assert told == {what: str(getattr(terms, what)) for what in told}
    assert len(told) == len(GiftTerms.__dataclass_fields__) - 1  # all but the day


@pytest.mark.parametrize("row", rows_of("data-gifts.md", "used of the plan"), ids=" ".join)
def test_what_may_be_given_at_once(row: tuple[str, ...]) -> None:
    used, given_mb, times, may = row
    terms, given = gift_terms(NOW), Given(times=int(times), mb=int(given_mb))
    spare = spare_mb(terms, PLAN_MB, int(Fraction(used) * MB))
    assert min(spare, may_give_mb(terms, given)) == int(may)
    if int(may):
        refuse_gift(terms, int(may), given, spare, NOW)
    with pytest.raises(WanhaoError):
        refuse_gift(terms, int(may) + 1, given, spare, NOW)


def test_nothing_is_given_when_the_month_is_about_to_end() -> None:
    terms, end = gift_terms(NOW), Cycle.of(NOW).end
    refuse_gift(terms, 1, Given(), 480, end - timedelta(minutes=10, seconds=1))
    with pytest.raises(WanhaoError, match="In the last 10 minutes"):
        refuse_gift(terms, 1, Given(), 480, end - timedelta(minutes=10))


def test_less_than_one_mb_is_nothing() -> None:
    with pytest.raises(WanhaoError, match="Less than 1 MB"):
        refuse_gift(gift_terms(NOW), 0, Given(), 480, NOW)


def test_terms_hold_from_their_day_on(tmp_path: Path) -> None:
    file = tmp_path / "gifts.toml"
    usual = "family='custom'\nmb_a_month=1\nrank=1\nkeeps_mb=1\nfresh_minutes=1\nquiet_minutes=1\n"
    file.write_text(
        f"[[gift]]\nfrom=2014-06-01\ntimes_a_month=3\n{usual}"
        f"[[gift]]\nfrom=2027-01-01\ntimes_a_month=4\n{usual}"
    )
    later, first = read_gift_terms(file)
    assert (later.since, later.times_a_month) == (date(2027, 1, 1), 4)
    assert (first.since, first.times_a_month) == (date(2014, 6, 1), 3)
    file.write_text(f"[[gift]]\nfrom=2014-06-01\ntime_a_month=3\n{usual}")
    with pytest.raises(WanhaoError, match=r"gifts.toml: .*time_a_month"):
        read_gift_terms(file)


def test_there_were_no_gifts_before_there_were_such_plans() -> None:
    with pytest.raises(WanhaoError, match="says nothing of 2014-05-31"):
        gift_terms(datetime(2014, 5, 31, tzinfo=SHANGHAI))
