"""Duplicates are exact: the index and a plain dictionary agree."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from wanhao.metering.folding import Records
from wanhao.usage.blocks import Block, Words
from wanhao.usage.duplicates import HOUR, WINDOW_DAYS, DuplicateIndex

ROW = st.tuples(
    st.sampled_from(["7", "8", "x-7", "x-8", "a" * 32, "a" * 31 + "b"]),
    st.sampled_from(["msc-1", "msc-2"]),
    st.sampled_from([0, 5, HOUR, HOUR + 5]),
    st.sampled_from([60, 61]),
)


def block_of(rows):
    """Rows of (id, source, start, quantity) as a block."""
    sources = ("msc-1", "msc-2")
    text = [identity if not identity.isdigit() else "" for identity, *_ in rows]
    count = len(rows)
    words = Words(code=np.zeros(count, np.int64), names=("voice",))
    return Block(
        row=np.arange(1, count + 1),
        id=np.array([int(i) if i.isdigit() else 0 for i, *_ in rows], np.int64),
        text_id=np.array(text, "S32") if any(text) else None,
        source=Words(
            code=np.array([sources.index(s) for _, s, *_ in rows], np.int64), names=sources
        ),
        service=words,
        zone=words,
        records=Records(
            number=np.full(count, 16_907_910_001),
            service=np.zeros(count, np.uint8),
            zone=np.zeros(count, np.uint8),
            start=np.array([start for _, _, start, _ in rows], np.int64),
            quantity=np.array([quantity for *_, quantity in rows], np.int64),
            sign=np.ones(count, np.int8),
        ),
        last_row=count,
    )


def by_dictionary(known, rows):
    """The verdict of a plain loop: new, duplicate or conflict."""
    verdicts = []
    for identity, source, start, quantity in rows:
        key = (identity, source, start // HOUR)
        if key not in known:
            known[key] = (start, quantity)
            verdicts.append("new")
        else:
            verdicts.append("duplicate" if known[key] == (start, quantity) else "conflict")
    return verdicts


def by_index(index, rows):
    """The verdict of the index, which then remembers what is new."""
    verdict = index.judge(block_of(rows))
    index.remember(verdict.new)
    names = np.where(verdict.duplicate, "duplicate", np.where(verdict.conflict, "conflict", "new"))
    return names.tolist()


@given(st.lists(st.lists(ROW, min_size=1, max_size=30), max_size=8))
def test_the_index_agrees_with_a_dictionary(blocks):
    index, known = DuplicateIndex(), {}
    for rows in blocks:
        assert by_index(index, rows) == by_dictionary(known, rows)


def test_equal_keys_of_different_identities_are_told_apart(monkeypatch):
    monkeypatch.setattr(
        "wanhao.usage.duplicates._mixed", lambda *columns: np.zeros(len(columns[0]), np.uint64)
    )
    index, known = DuplicateIndex(), {}
    rows = [(str(n), "msc-1", 0, 60) for n in range(20)]
    for part in (rows[:10], rows[5:15], rows[:20], [("3", "msc-1", 0, 60), ("3", "msc-2", 0, 60)]):
        assert by_index(index, part) == by_dictionary(known, part)


def test_what_is_older_than_the_window_is_forgotten():
    index = DuplicateIndex()
    by_index(index, [("7", "msc-1", 0, 60)])
    index.forget_before(WINDOW_DAYS * 24 * HOUR)
    assert by_index(index, [("7", "msc-1", 0, 60)]) == ["duplicate"]
    index.forget_before((WINDOW_DAYS * 24 + 1) * HOUR)
    assert by_index(index, [("7", "msc-1", 0, 60)]) == ["new"]


def test_identities_that_left_the_window_leave_the_memory_too():
    """Feeding a year of equal days keeps no more than the window and what waits to be merged."""
    index, hours, each = DuplicateIndex(), 24, 10
    for day in range(365):
        start = day * hours * HOUR
        by_index(index, [(str(n), "msc-1", start + n, 60) for n in range(each)])
        index.forget_before(start)
    assert sum(len(run) for run in index.runs) <= 2 * (WINDOW_DAYS + 1) * each
    assert [(int(r.hour.min()), int(r.hour.max())) for r in index.runs] == index.spans
