"""Blocks that carry little but identities, and a plain dictionary that judges them."""

import numpy as np

from wanhao.metering.folding import Records
from wanhao.usage.blocks import Block, Words
from wanhao.usage.duplicates import HOUR

DAY = 24 * HOUR
SOURCES = ("msc-1", "msc-2", "roam-hk")


def block_of(rows):
    """Rows of (id, source, start, quantity) as a block."""
    names = tuple(dict.fromkeys(source for _, source, *_ in rows))
    text = [identity if not identity.isdigit() else "" for identity, *_ in rows]
    number = [int(identity) if identity.isdigit() else 0 for identity, *_ in rows]
    return block_of_columns(
        id=np.array(number, np.int64),
        text_id=np.array(text, "S32") if any(text) else None,
        source=Words(code=np.array([names.index(s) for _, s, *_ in rows], np.int64), names=names),
        start=np.array([start for _, _, start, _ in rows], np.int64),
        quantity=np.array([quantity for *_, quantity in rows], np.int64),
    )


def block_of_columns(*, id, source, start, quantity, text_id=None):  # noqa: A002 - as in a block
    """Columns as a block."""
    count = len(id)
    words = Words(code=np.zeros(count, np.int64), names=("voice",))
    return Block(
        row=np.arange(1, count + 1),
        id=id,
        text_id=text_id,
        source=source,
        service=words,
        zone=words,
        records=Records(
            number=np.full(count, 16_907_910_001),
            service=np.zeros(count, np.uint8),
            zone=np.zeros(count, np.uint8),
            start=start,
            quantity=quantity,
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
