"""Handles messages of customers in one transaction: the notes of them, what they did, and the
answers are committed together, or nothing is and the network brings them again."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db import transaction

from wanhao.channels.sms.contracts import HallConfig
from wanhao.channels.sms.encoding import InboundPart, decode
from wanhao.channels.sms.hall import words
from wanhao.channels.sms.hall.codes import CodeBook, book_of
from wanhao.channels.sms.hall.contracts import Outcome, Served, Wish, Written
from wanhao.channels.sms.hall.grammar import understand
from wanhao.channels.sms.hall.limits import (
    Verdict,
    digest_of,
    happened_today,
    offers_of,
    verdict,
)
from wanhao.channels.sms.hall.rendering import without_identities
from wanhao.channels.sms.hall.serving import Asked, changes, serve
from wanhao.channels.sms.receipts import mobile_number
from wanhao.communications.actions import plan_messages
from wanhao.communications.contracts import Saying
from wanhao.communications.incoming import lock_writers, recent_notes, write_notes
from wanhao.communications.incoming_contracts import IncomingNote, KeptPart
from wanhao.communications.incoming_parts import keep_parts
from wanhao.parties.contracts import Language, LineView
from wanhao.parties.queries import lines_by_number
from wanhao.values.cycle import SHANGHAI

MOST_PARTS = 10
"""No command is longer; what is, is acknowledged and left unread."""


@dataclass(slots=True, kw_only=True)
class Writer:
    """A number, its line, its notes, newest first, and its messages that are still to be read."""

    number: int
    line: LineView | None
    notes: list[IncomingNote]
    written: list[Written] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled:
    """A message of somebody, understood, and what came of it."""

    writer: Writer
    written: Written
    digest: str
    wish: Wish
    served: Served


@dataclass(frozen=True, slots=True, kw_only=True)
class Hall:
    """The hall of one process: how it is set, and what every text of it ends with."""

    config: HallConfig
    sign_off: str

    def take(self, parts: Sequence[InboundPart], now: datetime) -> int:
        """Handle what came in, in this order, committed when it returns; gives how many answers."""
        mobile = [(number, part) for part in parts if (number := mobile_number(part.source))]
        if not mobile:
            return 0
        with transaction.atomic(durable=True):
            lock_writers({number for number, _ in mobile})
            written = _whole(mobile, now)
            return self._handle(written, now) if written else 0

    def _handle(self, written: Sequence[Written], now: datetime) -> int:
        book = book_of(self.config.codes, now.astimezone(SHANGHAI).date())
        writers = self._writers(written)
        noted: list[tuple[IncomingNote, Saying | None]] = []
        while left := [one for one in writers if one.written]:
            for one in self._round(left, book, now):
                note = _note(one, now)
                one.writer.notes.insert(0, note)
                noted.append((note, _saying(one)))
        return _write(noted, now)

    def _writers(self, written: Sequence[Written]) -> list[Writer]:
        numbers = {one.number for one in written}
        lines = lines_by_number(numbers)
        notes = recent_notes(numbers, self.config.per_day + 5)
        found = {
            number: Writer(number=number, line=lines.get(number), notes=notes[number])
            for number in numbers
        }
        for one in written:
            found[one.number].written.append(one)
        return list(found.values())

    def _round(self, left: Sequence[Writer], book: CodeBook, now: datetime) -> list[Handled]:
        """The next message of each number; asked together, as none depends on another's."""
        looked = [one for writer in left if (one := self._look(writer, book, now))]
        to_ask = [
            Asked(line=line, wish=one.wish, helped=_helped(one.writer, now))
            for one in looked
            if (line := one.writer.line) and one.served.outcome is Outcome.ANSWERED
        ]
        served = iter(serve(to_ask, book, self.sign_off, now))
        return [
            replace(one, served=next(served))
            if one.writer.line and one.served.outcome is Outcome.ANSWERED
            else one
            for one in looked
        ]

    def _look(self, writer: Writer, book: CodeBook, now: datetime) -> Handled | None:
        """The next message; None where nothing becomes of it: a repeat, a flood, a stranger who
        was told. Whom nothing more is to be asked for has the answer already."""
        written = writer.written.pop(0)
        digest = digest_of(written, self.config.key)
        judged = verdict(writer.notes, digest, written.reference, now, self.config)
        if judged in (Verdict.REPEAT, Verdict.SILENT):
            return None
        served = Served(outcome=Outcome.ANSWERED)
        if writer.line is None:
            if happened_today(writer.notes, Outcome.STRANGER, now):
                return None
            served = Served(outcome=Outcome.STRANGER, text=words.STRANGER)
        elif judged is not Verdict.SERVE:
            per_day = judged is Verdict.LIMITED_DAY
            said = words.limited(writer.line.language, per_day)
            served = Served(outcome=Outcome(judged.value), text=said)
        wish = understand(written.text, book, offers_of(writer.notes, now))
        return Handled(writer=writer, written=written, digest=digest, wish=wish, served=served)


def _whole(mobile: Sequence[tuple[int, InboundPart]], now: datetime) -> list[Written]:
    """The messages that are whole, in the order they became so."""
    whole = [_written(number, part) for number, part in mobile if part.total == 1]
    parts = [
        KeptPart(
            number=number,
            reference=part.reference,
            total=part.total,
            place=part.index,
            data_coding=part.data_coding,
            payload=part.payload,
        )
        for number, part in mobile
        if 1 < part.total <= MOST_PARTS
    ]
    return [*whole, *(_joined(some) for some in keep_parts(parts, now))] if parts else whole


def _written(number: int, part: InboundPart) -> Written:
    reference = "" if part.network_reference is None else f"u{part.network_reference}"
    text = decode(part.payload, part.data_coding)
    return Written(number=number, text=_printable(text), reference=reference)


def _joined(parts: Sequence[KeptPart]) -> Written:
    """Octets are joined first, as a sender may cut characters."""
    first = parts[0]
    text = decode(b"".join(part.payload for part in parts), first.data_coding)
    reference = f"p{first.reference}/{first.total}"
    return Written(number=first.number, text=_printable(text), reference=reference)


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text)


def _helped(writer: Writer, now: datetime) -> bool:
    return happened_today(writer.notes, Outcome.HELP, now)


def _note(one: Handled, now: datetime) -> IncomingNote:
    return IncomingNote(
        number=one.writer.number,
        place=one.writer.notes[0].place + 1 if one.writer.notes else 1,
        digest=one.digest,
        reference=one.written.reference,
        said=one.wish.said,
        item=one.served.item,
        outcome=one.served.outcome.value,
        changes=changes(one.wish) and one.served.outcome is not Outcome.STRANGER,
        received_at=now,
        offers=one.served.offers,
    )


def _saying(one: Handled) -> Saying | None:
    """The answer, without anybody's identity in it; None where there is none."""
    if not one.served.text:
        return None
    line = one.writer.line
    return Saying(
        number=one.writer.number,
        text=without_identities(one.served.text, one.writer.number),
        language=line.language if line else Language.ZH,
        line_id=line.line_id if line else None,
    )


def _write(noted: Sequence[tuple[IncomingNote, Saying | None]], now: datetime) -> int:
    """The answers, then the notes that name them; gives how many answers."""
    sayings = [saying for _, saying in noted if saying]
    ids = iter(plan_messages(sayings, now))
    write_notes([replace(note, reply_id=next(ids)) if said else note for note, said in noted])
    return len(sayings)
