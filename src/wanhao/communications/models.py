"""Decisions about reminders, the outbox, the parts the network took, and opt-outs."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from wanhao.communications.contracts import (
    Channel,
    DecisionOutcome,
    DeliveryClass,
    Door,
    MessageState,
    ReceiptState,
    SecondChannel,
    Waits,
)
from wanhao.communications.incoming_models import IncomingCount, IncomingMessage, IncomingPart
from wanhao.communications.notice_models import Notice
from wanhao.communications.preview_models import PreviewRun
from wanhao.communications.push_models import PushCopy, PushSubscription
from wanhao.communications.rule_models import RuleChange

# These have files of their own; all tables of the room are known from here.
__all__ = [
    "IncomingCount",
    "IncomingMessage",
    "IncomingPart",
    "Notice",
    "PreviewRun",
    "PushCopy",
    "PushSubscription",
    "RuleChange",
]

# Messages nobody decided about: a test from the pages, an answer to what a customer wrote.
SECRET = "secret"  # noqa: S105 - the name of a kind of message
UNDECIDED = ("test", "reply", SECRET)


class ReminderDecision(models.Model):
    """What was decided when a group or an account crossed a threshold, and by which values.

    An episode begins when a fact lifts the value back across the threshold, or starts a data
    schedule anew; within one episode of one cycle a rule decides once, about each tier.
    """

    class Subject(models.TextChoices):
        """Whose threshold it is."""

        GROUP = "group", "group"
        ACCOUNT = "account", "account"
        LINE = "line", "line"

    subject_kind = models.CharField(max_length=7, choices=Subject.choices)
    subject_id = models.BigIntegerField()
    rule = models.CharField(max_length=32)
    cycle = models.IntegerField()
    episode = models.BigIntegerField()
    # Within an episode a schedule climbs many tiers, and each is told: so the tier is in the key.
    tier = models.IntegerField(default=0, db_default=0)
    rule_values = models.JSONField(help_text="The rule as it was when it decided.")
    trigger = models.JSONField(help_text="What was crossed, as the meter reported it.")
    outcome = models.CharField(max_length=16, choices=[(o.value, o.name) for o in DecisionOutcome])
    # Unchecked by the database, here and in messages: a check writes a lock into the line's row.
    # Nobody looks for the decisions about a line alone; it is a subject, or in a group that is one.
    line = models.ForeignKey(
        "wanhao_parties.Line",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        db_index=False,
        db_constraint=False,
    )
    batch = models.BigIntegerField()
    decided_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "rule", "cycle", "episode", "tier"],
                name="decision_once_per_episode",
            ),
            models.CheckConstraint(
                condition=models.Q(subject_kind__in=["group", "account", "line"]),
                name="decision_subject_known",
            ),
            models.CheckConstraint(
                condition=models.Q(outcome__in=[outcome.value for outcome in DecisionOutcome]),
                name="decision_outcome_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(outcome="told") | models.Q(line__isnull=False),
                name="decision_tells_a_line",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.subject_kind} {self.subject_id}"


class DecisionCount(models.Model):
    """How often a rule decided with an outcome; kept by whoever writes decisions.

    Each decision to tell has its one message, so these count the messages of a rule too.
    """

    rule = models.CharField(max_length=32)
    outcome = models.CharField(max_length=16, choices=[(o.value, o.name) for o in DecisionOutcome])
    decisions = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["rule", "outcome"], name="decisions_counted_once"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.outcome} {self.decisions}"


class CommunicationMessage(models.Model):
    """The outbox: one message, as data until a sender claims it and as text from then on.

    `release_at` is when it is looked at, `waits` why not sooner. `carrier` is the message whose
    text says what this one would have said. A promise of `holds_kind` and `holds_key` is held
    until this message is accepted. `channel` is who may carry it, then who did.
    """

    # Written by the one statement that writes the decision, so there is nothing to check.
    decision = models.OneToOneField(
        ReminderDecision,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        db_constraint=False,
    )
    rule = models.CharField(max_length=32)
    # Nobody looks for the messages of a line, and each index costs every move of every message.
    line = models.ForeignKey(
        "wanhao_parties.Line",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        db_index=False,
        db_constraint=False,
    )
    number = models.BigIntegerField()
    language = models.CharField(max_length=2)
    delivery_class = models.CharField(
        max_length=8, choices=[(kind.value, kind.name) for kind in DeliveryClass]
    )
    urgent = models.BooleanField()
    figures = models.JSONField(help_text="What the text will say.")
    text = models.TextField(default="", blank=True)
    state = models.CharField(
        max_length=10,
        choices=[(state.value, state.name) for state in MessageState],
        default=MessageState.PLANNED.value,
    )
    release_at = models.DateTimeField()
    waits = models.CharField(
        max_length=5,
        choices=[(reason.value, reason.name) for reason in Waits],
        default="",
        db_default="",
        blank=True,
    )
    expires_at = models.DateTimeField(null=True)
    carrier = models.ForeignKey(
        "self", on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    holds_kind = models.CharField(max_length=32, default="", db_default="", blank=True)
    holds_key = models.CharField(max_length=96, default="", db_default="", blank=True)
    channel = models.CharField(
        max_length=5,
        choices=[(channel.value, channel.name) for channel in Channel],
        default=Channel.SMS.value,
        db_default=Channel.SMS.value,
    )
    second = models.CharField(
        max_length=6,
        choices=[(second.value, second.name) for second in SecondChannel],
        default="",
        db_default="",
        blank=True,
    )
    sms_parts = models.SmallIntegerField(default=0, db_default=0)
    worker = models.CharField(max_length=64, default="", blank=True)
    unanswered = models.SmallIntegerField(default=0)
    error = models.CharField(max_length=200, default="", blank=True)
    planned_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True)
    claimed_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(decision__isnull=False) | models.Q(rule__in=UNDECIDED),
                name="message_was_decided",
            ),
            models.CheckConstraint(
                condition=models.Q(line__isnull=False) | models.Q(rule__in=UNDECIDED),
                name="message_to_a_line",
            ),
            models.CheckConstraint(
                condition=models.Q(state="merged", carrier__isnull=False)
                | (~models.Q(state="merged") & models.Q(carrier__isnull=True)),
                name="message_merged_into_one",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=[state.value for state in MessageState]),
                name="message_state_known",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    state__in=[
                        MessageState.PLANNED.value,
                        MessageState.RELEASED.value,
                        MessageState.WITHDRAWN.value,
                        MessageState.FAILED.value,
                        MessageState.MERGED.value,
                    ]
                )
                | (~models.Q(text="") & models.Q(claimed_at__isnull=False)),
                name="message_sent_has_text",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["release_at"],
                condition=models.Q(state="planned"),
                name="message_planned",
            ),
            models.Index(
                fields=["number"],
                condition=models.Q(state="planned"),
                name="message_planned_to",
            ),
            models.Index(
                fields=["-delivery_class", "-urgent", "id"],
                condition=models.Q(state="released"),
                name="message_released",
            ),
            models.Index(
                fields=["expires_at"],
                condition=models.Q(state="released"),
                name="message_released_expires",
            ),
            models.Index(
                fields=["changed_at"],
                condition=models.Q(
                    state__in=["released", "failed", "unknown"],
                    delivery_class="required",
                    second="",
                ),
                name="message_second_channel",
            ),
            models.Index(
                fields=["claimed_at"],
                condition=models.Q(state="unknown", error=""),
                name="message_unknown",
            ),
            models.Index(
                fields=["carrier"],
                condition=models.Q(carrier__isnull=False),
                name="message_carrier",
            ),
            models.Index(
                fields=["holds_kind", "holds_key"],
                condition=~models.Q(holds_kind=""),
                name="message_holds",
            ),
            models.Index(
                fields=["planned_at", "id"], include=["state", "rule"], name="message_by_day"
            ),
            models.Index(fields=["rule", "planned_at"], name="message_by_rule"),
            models.Index(
                fields=["number"],
                condition=models.Q(state__in=["submitting", "unknown"]),
                name="message_unanswered",
            ),
            models.Index(
                fields=["state", "rule"],
                condition=~models.Q(state="delivered"),
                name="message_not_delivered",
            ),
            models.Index(fields=["number", "-id"], name="message_by_number"),
            models.Index(
                fields=["number", "released_at"],
                condition=models.Q(released_at__isnull=False),
                name="message_released_to",
            ),
            # Ascending, as what changes now is added at the end of it, which costs least.
            models.Index(fields=["changed_at"], name="message_by_change"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.state}"


class InboxItem(models.Model):
    """What a required message said, put into the inbox of the customer's app."""

    message = models.OneToOneField(CommunicationMessage, on_delete=models.PROTECT, related_name="+")
    line = models.ForeignKey("wanhao_parties.Line", on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    stored_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["line", "-id"], name="inbox_of_a_line")]

    def __str__(self) -> str:
        return f"{self.line_id} {self.stored_at}"


class MessagePart(models.Model):
    """One part of a message as the network numbered it, and what its receipt said."""

    message = models.ForeignKey(CommunicationMessage, on_delete=models.CASCADE, related_name="+")
    channel_message_id = models.CharField(max_length=65, db_index=True)
    state = models.CharField(
        max_length=9,
        choices=[(state.value, state.name) for state in ReceiptState],
        default=ReceiptState.PENDING.value,
    )
    error = models.CharField(max_length=200, default="", blank=True)
    settled_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.channel_message_id} {self.state}"


class HeldReceipt(models.Model):
    """A receipt that came before the answer to its submit; kept until the answer is there."""

    channel_message_id = models.CharField(max_length=65)
    number = models.BigIntegerField(db_index=True)
    state = models.CharField(max_length=9)
    error = models.CharField(max_length=200, default="", blank=True)
    received_at = models.DateTimeField()
    reference = models.IntegerField(null=True)
    spellings = ArrayField(
        models.CharField(max_length=65),
        default=list,
        help_text="Every way the id may stand in the answer to the submit.",
    )

    def __str__(self) -> str:
        return f"{self.channel_message_id} {self.state}"


class OptOut(models.Model):
    """A line that does not want a rule's messages, from `since` until `until`."""

    line = models.ForeignKey("wanhao_parties.Line", on_delete=models.PROTECT, related_name="+")
    rule = models.CharField(max_length=32)
    since = models.DateTimeField()
    door = models.CharField(
        max_length=7,
        choices=[(door.value, door.name) for door in Door],
        default=Door.COMMAND.value,
        db_default=Door.COMMAND.value,
    )
    by = models.CharField(max_length=150, default="", db_default="", blank=True)
    until = models.DateTimeField(null=True, blank=True)
    until_door = models.CharField(max_length=7, default="", db_default="", blank=True)
    until_by = models.CharField(max_length=150, default="", db_default="", blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["line", "rule"],
                condition=models.Q(until__isnull=True),
                name="optout_live_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line_id} {self.rule}"
