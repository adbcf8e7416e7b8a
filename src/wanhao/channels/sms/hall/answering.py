"""Handles messages of customers step by step: the notes of them, what they did, and the answers are
committed together, or nothing is and the network brings them again."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from wanhao.channels.sms.contracts import HallConfig, Step
from wanhao.channels.sms.encoding import InboundPart
from wanhao.channels.sms.hall import words
from wanhao.channels.sms.hall.codes import CodeBook, book_of
from wanhao.channels.sms.hall.coming import Piece, joined, pieces_of, whole
from wanhao.channels.sms.hall.contracts import Outcome, Served, Wish, Written
from wanhao.channels.sms.hall.grammar import chosen, understand
from wanhao.channels.sms.hall.leading import lead_on
from wanhao.channels.sms.hall.limits import (
    Verdict,
    digest_of,
    happened_today,
    offers_of,
    verdict,
)
from wanhao.channels.sms.hall.rendering import without_identities
from wanhao.channels.sms.hall.serving import Asked, changes, goes_alone, serve
from wanhao.communications.actions import plan_messages
from wanhao.communications.contracts import Saying
from wanhao.communications.incoming import lock_writers, recent_notes, write_notes
from wanhao.communications.incoming_contracts import IncomingNote
from wanhao.parties.contracts import Language, LineView
from wanhao.parties.queries import lines_by_number
from wanhao.values.cycle import SHANGHAI


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A message and what it wants, unless it chooses of what was offered."""

    written: Written
    wish: Wish


@dataclass(slots=True, kw_only=True)
class Writer:
    """A number, its line, its notes, newest first, and its messages that are still to be handled;
    `handled` counts those that were."""

    number: int
    line: LineView | None
    notes: list[IncomingNote]
    left: list[Read]
    handled: int = 0


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
        """Handle what came in, committed when it returns; gives how many answers."""
        return sum(step.answers for step in self.steps(parts, now))

    def steps(self, parts: Sequence[InboundPart], now: datetime) -> Iterator[Step]:
        """Handle what came in, of each number in this order; a step is committed when it is given.

        What only reads is one step. What changes something is a step of its own, since it locks
        accounts and the log of facts until it is committed: who locks those for one customer can
        wait for another, but never in a ring. So is a long message.
        """
        waiting = pieces_of(parts)
        known = {place for some in waiting.values() for one in some for place in one.places}
        if unread := tuple(place for place in range(len(parts)) if place not in known):
            yield Step(places=unread, answers=0)
        book = book_of(self.config.codes, now.astimezone(SHANGHAI).date())
        if first := self._together(waiting, book, now):
            yield first
        for pieces in waiting.values():
            for piece in pieces:
                yield self._alone(piece, book, now)

    def _together(
        self, waiting: Mapping[int, list[Piece]], book: CodeBook, now: datetime
    ) -> Step | None:
        """What each number wrote before the first message that goes alone; it waits no more."""
        heads = {number: _head(pieces, book) for number, pieces in waiting.items()}
        heads = {number: head for number, head in heads.items() if head}
        if not heads:
            return None
        with transaction.atomic(durable=True):
            lock_writers(heads)
            writers = self._writers(heads)
            answers = self._handle(writers, book, now, alone=False)
        places: list[int] = []
        for writer in writers:
            pieces = waiting[writer.number]
            places += (place for piece in pieces[: writer.handled] for place in piece.places)
            del pieces[: writer.handled]
        return Step(places=tuple(places), answers=answers)

    def _alone(self, piece: Piece, book: CodeBook, now: datetime) -> Step:
        with transaction.atomic(durable=True):
            lock_writers({piece.number})
            written = [whole(piece)] if piece.is_whole else joined(piece, now)
            read = [Read(written=one, wish=understand(one.text, book, None)) for one in written]
            writers = self._writers({piece.number: read}) if read else []
            answers = self._handle(writers, book, now, alone=True)
        return Step(places=piece.places, answers=answers)

    def _handle(
        self, writers: Sequence[Writer], book: CodeBook, now: datetime, *, alone: bool
    ) -> int:
        noted: list[tuple[IncomingNote, Saying | None]] = []
        while left := [one for one in writers if one.left]:
            for one in self._round(left, book, now, alone=alone):
                note = _note(one, now)
                one.writer.notes.insert(0, note)
                noted.append((note, _saying(one)))
        return _write(noted, now)

    def _writers(self, read: Mapping[int, list[Read]]) -> list[Writer]:
        lines = lines_by_number(read.keys())
        notes = recent_notes(read.keys(), self.config.per_day + 5)
        return [
            Writer(number=number, line=lines.get(number), notes=notes[number], left=left)
            for number, left in read.items()
        ]

    def _round(
        self, left: Sequence[Writer], book: CodeBook, now: datetime, *, alone: bool
    ) -> list[Handled]:
        """The next message of each number; asked together, as none depends on another's."""
        looked = [one for writer in left if (one := self._look(writer, book, now, alone=alone))]
        to_ask = [
            Asked(line=line, wish=one.wish, helped=_helped(one.writer, now))
            for one in looked
            if (line := one.writer.line) and one.served.outcome is Outcome.ANSWERED
        ]
        answers = serve(to_ask, book, self.sign_off, now)
        served = iter(lead_on(answers, [one.line for one in to_ask], self.config.url, now))
        return [
            replace(one, served=next(served))
            if one.writer.line and one.served.outcome is Outcome.ANSWERED
            else one
            for one in looked
        ]

    def _look(
        self, writer: Writer, book: CodeBook, now: datetime, *, alone: bool
    ) -> Handled | None:
        """The next message; None where nothing becomes of it: a repeat, a flood, a stranger who
        was told; and where it goes alone. Whom nothing more is to be asked for has the answer
        already."""
        read = writer.left[0]
        written, digest = read.written, digest_of(read.written, self.config.key)
        wish = chosen(written.text, book, offers_of(writer.notes, now)) or read.wish
        if goes_alone(wish) and not alone:
            writer.left.clear()
            return None
        del writer.left[0]
        writer.handled += 1
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
        return Handled(writer=writer, written=written, digest=digest, wish=wish, served=served)


def _head(pieces: Sequence[Piece], book: CodeBook) -> list[Read]:
    """The messages before the first that goes alone."""
    head = []
    for piece in pieces:
        if not piece.is_whole:
            break
        written = whole(piece)
        wish = understand(written.text, book, None)
        if goes_alone(wish):
            break
        head.append(Read(written=written, wish=wish))
    return head


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
