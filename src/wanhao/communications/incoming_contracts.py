"""What is known of messages that customers wrote."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingNote:
    """A message of a customer that was handled, and what came of it.

    `digest` stands for the text, `reference` for the network's own number of it; `changes` says
    that it changed something or might have. `offers` is what a short reply chooses for a while.
    """

    number: int
    place: int
    digest: str
    reference: str
    said: str
    item: str
    outcome: str
    changes: bool
    received_at: datetime
    offers: Mapping[str, str] | None = None
    reply_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPart:
    """A part of a long message: `place` of `total`, from 1."""

    number: int
    reference: int
    total: int
    place: int
    data_coding: int
    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerLag:
    """How long answers took from the message that asked to the network's acceptance, in seconds."""

    count: int
    median: float
    p99: float
