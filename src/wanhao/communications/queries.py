"""Reads of rules, decisions and messages."""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime

from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber

from wanhao.communications import paid_up
from wanhao.communications.contracts import (
    ContactPolicy,
    DecisionOutcome,
    MessageState,
    MessageView,
    Metric,
    ReminderRule,
    RuleCount,
)
from wanhao.communications.in_force import rules_at
from wanhao.communications.models import CommunicationMessage, DecisionCount
from wanhao.communications.rules import known_rules
from wanhao.communications.sending import shown_text

SENT = (MessageState.ACCEPTED, MessageState.DELIVERED)


def rules() -> tuple[ReminderRule, ...]:
    """The reminder rules as delivered, in the order of their file."""
    return known_rules()


def rules_in_force(now: datetime) -> tuple[ReminderRule, ...]:
    """The reminder rules as they count at an instant, in the same order."""
    return rules_at(now).rules


def rule_of_metric(metric: Metric, now: datetime) -> ReminderRule | None:
    """The rule that speaks of a metric the meter does not watch, as it counts at an instant; None
    when there is none, or it is switched off."""
    found = (rule for rule in rules_at(now).rules if rule.metric is metric and rule.enabled)
    return next(found, None)


def names_held(
    account_ids: Collection[int], metrics: Collection[Metric], since_cycle: int, now: datetime
) -> dict[str, int]:
    """The names of the promises that were held until accounts were told, each with its account, of
    decisions in a cycle or later; whatever became of them."""
    return paid_up.names_held(account_ids, metrics, since_cycle, now)


def policy_in_force(now: datetime) -> ContactPolicy:
    """The contact policy as it counts at an instant."""
    return rules_at(now).policy


def watched(now: datetime) -> dict[Metric, tuple[int, ...]]:
    """The thresholds the meter is to watch, lowest first: per cent, for the balance fen."""
    return rules_at(now).watched()


def reminders_by_rule() -> list[RuleCount]:
    """What each rule decided so far, in the order of the rules; a rule that never did has zeros."""
    decided, messages = _counts()
    return [
        RuleCount(
            rule=rule,
            decided=sum(decided[rule.code, outcome] for outcome in DecisionOutcome),
            sent=sum(messages[rule.code, state] for state in SENT),
            suppressed=sum(
                decided[rule.code, outcome]
                for outcome in DecisionOutcome
                if outcome is not DecisionOutcome.TOLD
            ),
        )
        for rule in known_rules()
    ]


def messages_by_state() -> dict[MessageState, int]:
    """How many messages are in each state; every state is there."""
    counted = dict.fromkeys(MessageState, 0)
    for (_, state), count in _counts()[1].items():
        counted[state] += count
    return counted


def decisions_by_outcome() -> dict[tuple[str, DecisionOutcome], int]:
    """How often each rule decided with each outcome; what never happened is left out."""
    rows = DecisionCount.objects.values_list("rule", "outcome", "decisions")
    return {(rule, DecisionOutcome(outcome)): decisions for rule, outcome, decisions in rows}


def _counts() -> tuple[Counter[tuple[str, DecisionOutcome]], Counter[tuple[str, MessageState]]]:
    """Decisions by rule and outcome, messages by rule and state, both of the same moment.

    Nearly all messages are delivered; they are what is left when all others are taken away from
    the decisions to tell, so only the others are counted.
    """
    not_delivered = CommunicationMessage.objects.exclude(state=MessageState.DELIVERED.value)
    decisions = DecisionCount.objects.values_list("rule", "outcome", "decisions")
    rows = list(
        decisions.union(
            not_delivered.values_list("rule", "state").annotate(count=Count("id")), all=True
        )
    )
    outcomes, states = set(DecisionOutcome), set(MessageState)
    decided = Counter(
        {(rule, DecisionOutcome(word)): n for rule, word, n in rows if word in outcomes}
    )
    messages = Counter({(rule, MessageState(word)): n for rule, word, n in rows if word in states})
    for rule in {rule for rule, _ in decided}:
        others = sum(messages[rule, state] for state in MessageState)
        messages[rule, MessageState.DELIVERED] = decided[rule, DecisionOutcome.TOLD] - others
    return decided, messages


def latest_messages(limit: int) -> list[MessageView]:
    """The messages that moved last, newest first."""
    return views(CommunicationMessage.objects.order_by("-changed_at", "-id")[:limit])


def messages_to(numbers: Collection[int], limit_each: int) -> dict[int, list[MessageView]]:
    """The newest messages to each number, newest first; a number without any has an empty list."""
    place = Window(RowNumber(), partition_by=F("number"), order_by=F("id").desc())
    rows = (
        CommunicationMessage.objects.filter(number__in=set(numbers))
        .annotate(place=place)
        .filter(place__lte=limit_each)
        .order_by("-id")
    )
    found: dict[int, list[MessageView]] = {number: [] for number in numbers}
    for view in views(rows):
        found[view.number].append(view)
    return found


def views(rows: Iterable[CommunicationMessage]) -> list[MessageView]:
    """These rows, for pages; what was not sent yet with the text it would have now."""
    return [
        MessageView(
            message_id=row.pk,
            rule=row.rule,
            number=row.number,
            text=shown_text(row),
            state=MessageState(row.state),
            at=row.changed_at,
        )
        for row in rows
    ]
