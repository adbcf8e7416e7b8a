"""A bill as PDF and CSV: everything is on it, in both languages, and it is the same every time."""

import csv
import re
import subprocess
import sys
from datetime import date
from io import StringIO

import pytest
from reportlab.pdfbase.pdfmetrics import getFont

from tests.billing.bills.examples import CLOSED, NOVEMBER, calls, rent, surfing
from wanhao.billing.bills.contracts import BillLine, BillView, Letterhead, LineKind, Payer
from wanhao.billing.bills.fonts import PLAIN, register_fonts, width_of, wrapped
from wanhao.billing.bills.pdf import bill_name, bill_pdf, period
from wanhao.billing.bills.phrases import phrases
from wanhao.billing.bills.table import MARK, bill_csv
from wanhao.parties.contracts import Language

PAYER = Payer(reference="A/1", name="王**", numbers={1: "169****0001", 2: "169****0002"})
LETTERHEAD = Letterhead(name_zh="万号", name_en="Wanhao")
CREDIT = BillLine(kind=LineKind.CREDIT, fen=-500, name_zh="故障减免", name_en="Outage credit")
AGAIN = """
from tests.billing.bills.test_paper import a_bill, LETTERHEAD, PAYER, bill_pdf, Language
import hashlib
print(hashlib.sha256(bill_pdf(a_bill(), PAYER, LETTERHEAD, Language.ZH)).hexdigest())
"""


def a_bill(times: int = 1) -> BillView:
    lines = (rent(group_id=1), calls(), surfing(), CREDIT) * times
    return BillView(
        account_id=1,
        cycle=NOVEMBER,
        total_fen=sum(line.fen for line in lines),
        lines=lines,
        issued_at=CLOSED,
        due_on=date(2026, 12, 25),
        journal="bills-202611-1",
    )


def pages_in(pdf: bytes) -> int:
    return len(re.findall(rb"/Type /Page\b", pdf))


@pytest.mark.parametrize("language", Language)
def test_a_bill_is_a_pdf_with_its_own_type(language: Language) -> None:
    pdf = bill_pdf(a_bill(), PAYER, LETTERHEAD, language)
    assert pdf.startswith(b"%PDF-")
    assert len(re.findall(rb"/FontFile2\b", pdf)) >= 2
    assert 1 <= pages_in(pdf) <= 2


def test_a_long_bill_goes_on_over_as_many_pages_as_it_needs() -> None:
    assert pages_in(bill_pdf(a_bill(20), PAYER, LETTERHEAD, Language.EN)) >= 4


def test_the_same_bill_is_the_same_file_in_every_process() -> None:
    found = [
        subprocess.run(
            [sys.executable, "-c", f"import django; django.setup(){AGAIN}"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for _ in range(2)
    ]
    assert found[0] == found[1] != ""


def test_every_character_that_is_printed_has_a_glyph() -> None:
    register_fonts()
    glyphs = _glyphs()
    texts = [
        text for names in phrases().values() for one in names.values() for text in one.values()
    ]
    common = "赟喆龘璟昊¥·…（）0123456789" + "".join(chr(code) for code in range(0x4E00, 0x9FA6))
    missing = {character for character in "".join(texts) if character not in glyphs}
    assert missing == set()
    assert len([character for character in common if character not in glyphs]) < 20


def _glyphs() -> set[str]:
    return {chr(code) for code in getFont(PLAIN).face.charToGlyph}


def test_long_texts_break_where_they_may() -> None:
    register_fonts()
    assert wrapped("one two three", PLAIN, 10, width_of("one two", PLAIN, 10)) == [
        "one two",
        "three",
    ]
    assert wrapped("套餐内流量", PLAIN, 10, width_of("套餐内", PLAIN, 10)) == ["套餐内", "流量"]
    assert wrapped("", PLAIN, 10, 100) == [""]


def test_the_period_is_the_whole_month_in_shanghai() -> None:
    assert period(202602, Language.EN) == "2026-02-01 to 2026-02-28"
    assert period(202611, Language.ZH) == "2026-11-01至2026-11-30"


def test_the_table_has_every_line_and_their_sum() -> None:
    text = bill_csv(a_bill(), PAYER, Language.EN)
    assert text.startswith(MARK)
    head, *rows = csv.reader(StringIO(text.removeprefix(MARK)))
    assert head[:3] == ["Period", "Account", "Number"]
    amounts = [int(row[-1].replace(".", "")) for row in rows]
    assert amounts == [5900, 750, 6000, -500, 12150]
    assert rows[0][2:5] == ["169****0001", "rent", "Lexiang 4G 59"]
    assert rows[2][7] == "Rolled over 100 MB/100 MB; 300 MB pack 300 MB/300 MB; Plan 500 MB/500 MB"


def test_a_file_s_name_is_safe_whatever_the_reference() -> None:
    assert bill_name(a_bill(), PAYER) == "bill-202611-A-1"
