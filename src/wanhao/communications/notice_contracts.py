"""What other rooms may hold of notices."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class NoticeKind(StrEnum):
    """What a notice is about; each kind has its reminder rule."""

    WORKS = "works"
    FRAUD = "fraud"


class NoticeState(StrEnum):
    """How far a notice is."""

    GOING = "going"
    FINISHED = "finished"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewNotice:
    """A notice to the lines of a `city`, or to `numbers`.

    Of works: `place` and `what` (what may fail) in both languages, from when until when, and why
    they are told late if they are. Of fraud: `risk`, when the numbers were called by a suspect.
    """

    kind: NoticeKind
    city: str = ""
    numbers: tuple[int, ...] = ()
    place_zh: str = ""
    place_en: str = ""
    what_zh: str = ""
    what_en: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    urgent_reason: str = ""
    risk: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeView:
    """A notice as it stands; `lines` is how many were gone through."""

    notice_id: int
    notice: NewNotice
    state: NoticeState
    by: str
    created_at: datetime
    lines: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeText:
    """What some lines would get: the text in their language, and the SMS it takes."""

    language: str
    text: str
    lines: int
    parts: int
