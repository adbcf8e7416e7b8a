"""What was changed of a rule, by whom and why, in words; and which change may be taken back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext

from wanhao.communications.changing import history
from wanhao.communications.contracts import RuleChangeView
from wanhao.communications.in_force import POLICY, require_rule
from wanhao.pages.console import reminder_words as words


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryRow:
    """One change; it `counts` while it is in force."""

    change_id: int
    at: datetime
    what: str
    by: str
    reason: str
    counts: bool
    may_revert: bool


def history_rows(code: str, now: datetime) -> list[HistoryRow]:
    """The changes of a rule or of the policy, newest first."""
    return [
        HistoryRow(
            change_id=change.change_id,
            at=change.valid_from,
            what=_what(change),
            by=change.by,
            reason=change.reason,
            counts=change.reverted_by is None
            and change.reverts is None
            and change.valid_from <= now,
            may_revert=change.reverted_by is None and change.reverts is None,
        )
        for change in history(code)
    ]


def _what(change: RuleChangeView) -> str:
    if change.reverts is not None:
        return gettext("takes a change back")
    said = gettext(", ").join(
        f"{words.VALUE_WORDS.get(name, name)} → {_value(change.rule, name, value)}"
        for name, value in change.values.items()
    )
    if change.reverted_by is not None:
        return gettext("%(what)s (taken back)") % {"what": said}
    return said


def _value(code: str, name: str, value: Any) -> str:
    if name == "texts" and isinstance(value, Mapping):
        return gettext(", ").join(words.variant_words(variant) for variant in value)
    if name == "threshold" and code != POLICY:
        return words.threshold_words(require_rule(code).metric, value)
    return words.value_words(name, value)
