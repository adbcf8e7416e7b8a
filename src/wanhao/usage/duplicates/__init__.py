"""Records that came before: found exactly, over a window per source.

`DuplicateIndex` judges and remembers; `Remembering` says how long. A snapshot keeps what `seal`
tells, and `opened` makes an index of it.
"""

from wanhao.usage.duplicates.files import CutRunError
from wanhao.usage.duplicates.identities import HOUR, Identities
from wanhao.usage.duplicates.index import (
    DuplicateIndex,
    New,
    Sealed,
    Told,
    Verdict,
    names_in,
    opened,
)
from wanhao.usage.remembering import LONGEST_DAYS, WINDOW_DAYS, Remembering

__all__ = [
    "HOUR",
    "LONGEST_DAYS",
    "WINDOW_DAYS",
    "CutRunError",
    "DuplicateIndex",
    "Identities",
    "New",
    "Remembering",
    "Sealed",
    "Told",
    "Verdict",
    "names_in",
    "opened",
]
