"""Is a message one that came before, and is its line served just now; pure."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from wanhao.channels.sms.contracts import HallConfig
from wanhao.channels.sms.hall.codes import fold
from wanhao.channels.sms.hall.contracts import Outcome, Written
from wanhao.communications.incoming_contracts import IncomingNote

CHANGE_REPEATS = timedelta(minutes=10)
READ_REPEATS = timedelta(seconds=60)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OFFERS_HOLD = timedelta(minutes=10)
NOTHING_DONE = (Outcome.FAILED,)
LIMITED = (Outcome.LIMITED_HOUR, Outcome.LIMITED_DAY)


class Verdict(StrEnum):
    """What is done with a message before anybody reads it."""

    SERVE = "serve"
    REPEAT = "repeat"
    SILENT = "silent"
    LIMITED_HOUR = "limited_hour"
    LIMITED_DAY = "limited_day"


def digest_of(written: Written, key: bytes) -> str:
    """What stands for a text; the text itself, which may hold an identity, is not kept."""
    said = f"{written.number} {fold(written.text)}".encode(errors="replace")
    return hashlib.blake2b(said, digest_size=16, key=hashlib.sha256(key).digest()).hexdigest()


def verdict(
    notes: Sequence[IncomingNote], digest: str, reference: str, now: datetime, config: HallConfig
) -> Verdict:
    """Of a number's notes, the newest first: whether this message is served."""
    if is_repeat(notes, digest, reference, now):
        return Verdict.REPEAT
    for span, most, told in (
        (DAY, config.per_day, Outcome.LIMITED_DAY),
        (HOUR, config.per_hour, Outcome.LIMITED_HOUR),
    ):
        within = [note for note in notes if now - note.received_at < span]
        if sum(note.outcome not in LIMITED for note in within) >= most:
            was_told = any(note.outcome == told for note in within)
            return Verdict.SILENT if was_told else Verdict(told.value)
    return Verdict.SERVE


def is_repeat(notes: Sequence[IncomingNote], digest: str, reference: str, now: datetime) -> bool:
    """Whether the network brings a message again: with the same reference; or the same text with
    no other between, within 10 minutes of what changes something, within 60 s of what does not."""
    if reference and any(
        (note.reference, note.digest) == (reference, digest)
        and now - note.received_at < CHANGE_REPEATS
        for note in notes
    ):
        return True
    if not notes or notes[0].digest != digest:
        return False
    changed = notes[0].changes and notes[0].outcome not in NOTHING_DONE
    span = CHANGE_REPEATS if changed else READ_REPEATS
    return now - notes[0].received_at < span


def offers_of(notes: Sequence[IncomingNote], now: datetime) -> dict[str, str]:
    """What a short reply chooses now: what was offered last, for ten minutes."""
    for note in notes:
        if now - note.received_at >= OFFERS_HOLD:
            break
        if note.offers:
            return dict(note.offers)
    return {}


def happened_today(notes: Sequence[IncomingNote], outcome: Outcome, now: datetime) -> bool:
    """Whether a message had this outcome in the last 24 hours."""
    return any(note.outcome == outcome and now - note.received_at < DAY for note in notes)
