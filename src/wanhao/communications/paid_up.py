"""What money makes untrue: looked for when it comes, and not only before a message goes out."""

from collections.abc import Collection
from datetime import datetime

from wanhao.communications.checks import no_longer_true
from wanhao.communications.contracts import Metric, Reason, SubjectKind
from wanhao.communications.in_force import RulesInForce, rules_at
from wanhao.communications.models import CommunicationMessage, ReminderDecision
from wanhao.communications.moving import locked, looked_at, one_of
from wanhao.communications.taking_back import NOT_SENT, withdraw_rows

OF_MONEY = frozenset(
    {
        Metric.BALANCE,
        Metric.CREDIT,
        Metric.STOP,
        Metric.BALANCE_STOP,
        Metric.CREDIT_STOP,
        Metric.STOPPED,
        Metric.TWO_WAY,
        Metric.TERMINATION,
        Metric.EMERGENCY,
    }
)
"""What is told of an account's money, and may be over when some comes."""
Row = CommunicationMessage


def withdraw(account_ids: Collection[int], now: datetime) -> int:
    """Withdraw what was not sent yet and is paid for by now, with what it holds; how many.

    What somebody else has in hand is passed by: it is looked at once more before it is sent.
    """
    about = Row.objects.filter(
        NOT_SENT,
        decision__subject_kind=SubjectKind.ACCOUNT.value,
        decision__subject_id__in=one_of(account_ids),
        decision__rule__in=_codes(rules_at(now), OF_MONEY),
    )
    rows = locked(looked_at(about).order_by("id"))
    paid = {key: why for key, why in no_longer_true(rows, now).items() if why is Reason.PAID}
    withdraw_rows(rows, paid, now)
    return len(paid)


def names_held(
    account_ids: Collection[int], metrics: Collection[Metric], since_cycle: int, now: datetime
) -> dict[str, int]:
    """The names of the promises that were held for messages about accounts, each with its account,
    from a cycle on; whatever became of them."""
    decided = ReminderDecision.objects.filter(
        subject_kind=SubjectKind.ACCOUNT.value,
        subject_id__in=one_of(account_ids),
        rule__in=_codes(rules_at(now), metrics),
        cycle__gte=since_cycle,
    )
    rows = decided.values_list("subject_id", "trigger__holds")
    return {holds[1]: account_id for account_id, holds in rows if holds}


def _codes(given: RulesInForce, metrics: Collection[Metric]) -> list[str]:
    return [rule.code for rule in given.rules if rule.metric in metrics]
