"""The customer at a glance: what the menu answers about them, and where their service stands."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise

from wanhao.menu.actions import ask_many
from wanhao.menu.contracts import Asker, Question
from wanhao.menu.queries import items
from wanhao.menu.wording import pick
from wanhao.pages.counter.words import DOCUMENTS, SERVICE_STATES
from wanhao.pages.design.counter_words import FIELDS
from wanhao.pages.design.speech import masked_name
from wanhao.parties.contracts import LineView, MediumKind
from wanhao.parties.documents import documents_of_lines
from wanhao.parties.media import media_of_lines
from wanhao.parties.queries import account_profiles
from wanhao.values.msisdn import Msisdn
from wanhao.workflows.show_credit import credit_standing

SHOWN = ("balance", "usage", "bill", "holdings", "points", "requests")
"""Items that are answered at a glance, those of them that there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Masked:
    """Something of a customer that is masked until it is revealed with a reason; `shown` is all of
    it where it was, else empty. What only the customer holds cannot be revealed."""

    field: str
    label: str | Promise
    masked: str
    shown: str = ""
    can: bool = True


def masked_values(line: LineView, revealed: str = "") -> list[Masked]:
    """Name, number, document and mail of a customer; the `revealed` one whole."""
    profile = account_profiles([line.account_id])[line.account_id]
    media = media_of_lines([line.line_id]).get(line.line_id, ())
    mail = next((one.value for one in media if one.kind is MediumKind.EMAIL), "")
    whole = {"name": profile.customer_name, "number": str(line.number), "email": mail}
    masks = {
        "name": masked_name(profile.customer_name),
        "number": Msisdn(line.number).masked,
        "email": f"{mail[:1]}***@{mail.rpartition('@')[2]}" if mail else "",
    }
    return [
        Masked(
            field=field,
            label=FIELDS[field],
            masked=masks[field],
            shown=whole[field] if field == revealed else "",
        )
        for field in FIELDS
        if masks[field]
    ]


def document_of(line: LineView) -> tuple[str | Promise, str] | None:
    """Which document is recorded, and the end of its number; of the rest only a hash is kept."""
    document = documents_of_lines([line.line_id]).get(line.line_id)
    return None if document is None else (DOCUMENTS[document.kind], document.masked)


def glance(asker: Asker, line: LineView, now: datetime) -> dict[str, Any]:
    """What stands in the third column."""
    known = items()
    codes = [code for code in SHOWN if code in known and asker.door in known[code].doors]
    replies = ask_many([Question(item=code, given={}, asker=asker) for code in codes], now)
    words, tone = SERVICE_STATES[credit_standing(line.account_id, now).state]
    return {
        "facts": [
            {
                "code": reply.item,
                "name": pick(asker.language, (known[reply.item].zh, known[reply.item].en)),
                "lines": reply.long.splitlines() or [reply.short],
            }
            for reply in replies
        ],
        "state": words,
        "state_tone": tone,
    }
