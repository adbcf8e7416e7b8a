"""What people type is taken as they meant it."""

import pytest

from wanhao.values.typed import as_meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("16907910001", "16907910001"),
        ("１６９０７９１０００１", "16907910001"),
        (" ５０．５０ ", "50.50"),
        ("１１０１０５１９４９１２３１００２Ｘ", "11010519491231002X"),
        ("ｗａｎｇ＠ｅｘａｍｐｌｅ．ｃｎ", "wang@example.cn"),
        ("一号楼　２０１室（北），请上楼", "一号楼 201室（北），请上楼"),
        ("\u200e169\u202e0791\ufeff", "1690791"),
        ("东湖\0", "东湖"),
        ("第一行\n第二行", "第一行\n第二行"),
        ("😀", "😀"),
        ("", ""),
    ],
)
def test_wide_signs_are_plain_and_unseen_ones_are_gone(typed: str, meant: str) -> None:
    assert as_meant(typed) == meant
    assert as_meant(meant) == meant
