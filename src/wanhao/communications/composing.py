"""What a message says: its own text, or the clauses of several that go out as one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from wanhao.communications.contracts import DeliveryClass, Metric
from wanhao.communications.in_force import RulesInForce
from wanhao.communications.merging import Topic, bundle, reached
from wanhao.communications.models import UNDECIDED, CommunicationMessage
from wanhao.communications.rendering import (
    PLAIN,
    Figures,
    clause_of,
    has_late_words,
    merged_text,
    text_of,
)
from wanhao.communications.words import LATE
from wanhao.parties.contracts import Language
from wanhao.values.cycle import Cycle


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A row, as merging compares it with others."""

    message_id: int
    topic: Topic | None
    reached: tuple[int, int] | None
    required: bool
    urgent: bool


def compared(row: CommunicationMessage) -> Compared:
    """The row comes with its decision."""
    decision, topic, far = row.decision, None, None
    if decision is not None:
        trigger = decision.trigger
        metric = Metric(trigger["metric"])
        topic = (metric, decision.subject_kind, decision.subject_id, decision.cycle)
        far = reached(metric, trigger["threshold"], trigger["tier"])
    return Compared(
        message_id=row.pk,
        topic=topic,
        reached=far,
        required=row.delivery_class == DeliveryClass.REQUIRED.value,
        urgent=row.urgent,
    )


def told_late(row: CommunicationMessage) -> bool:
    """Whether it must be told even when the month it speaks of is over, and there are words."""
    return row.delivery_class == DeliveryClass.REQUIRED.value and has_late_words(row.rule)


def composed(
    carrier: CommunicationMessage,
    merged: Sequence[CommunicationMessage],
    sign_off: str,
    given: RulesInForce,
    now: datetime,
) -> str:
    """The text of a message and of those merged into it, in the language of the carrier.

    WanhaoError when one of them cannot be written.
    """
    if carrier.rule in UNDECIDED:
        return str(carrier.figures["text"]) + sign_off
    by_id = {row.pk: row for row in (carrier, *merged)}
    said = bundle([compared(row) for row in by_id.values()]).said if merged else (carrier.pk,)
    language = Language(carrier.language)
    if len(said) == 1:
        only = by_id[said[0]]
        return text_of(only.rule, _figures(only, now), language, sign_off, given.texts)
    clauses = [
        clause_of(by_id[one].rule, _figures(by_id[one], now), language, given.texts) for one in said
    ]
    return merged_text(clauses, language, sign_off, given.texts)


def _figures(row: CommunicationMessage, now: datetime) -> Figures:
    said = Figures(**row.figures)
    cycle = row.decision.cycle if row.decision else said.cycle
    plain = said.said.get("variant") == PLAIN
    if plain or not told_late(row) or cycle >= Cycle.of(now).number:
        return said
    return replace(said, cycle=cycle, said={**said.said, "variant": LATE})
