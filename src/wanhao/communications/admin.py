"""Read-only lists of decisions, the outbox and opt-outs."""

from django.contrib import admin

from wanhao.access.read_only import ReadOnlyAdmin
from wanhao.communications.models import (
    CommunicationMessage,
    MessagePart,
    OptOut,
    ReminderDecision,
    RuleChange,
)


@admin.register(ReminderDecision)
class ReminderDecisionAdmin(ReadOnlyAdmin):
    list_display = ("rule", "subject_kind", "subject_id", "cycle", "outcome", "decided_at")
    list_filter = ("rule", "outcome")
    search_fields = ("=subject_id",)


@admin.register(CommunicationMessage)
class CommunicationMessageAdmin(ReadOnlyAdmin):
    list_display = ("id", "rule", "number", "state", "delivery_class", "changed_at")
    list_filter = ("state", "rule")
    search_fields = ("=number",)


@admin.register(MessagePart)
class MessagePartAdmin(ReadOnlyAdmin):
    list_display = ("channel_message_id", "message", "state", "error", "settled_at")
    list_filter = ("state",)
    search_fields = ("=channel_message_id",)


@admin.register(OptOut)
class OptOutAdmin(ReadOnlyAdmin):
    list_display = ("line", "rule", "since", "door", "until", "until_door")
    list_filter = ("rule",)
    list_select_related = ("line",)


@admin.register(RuleChange)
class RuleChangeAdmin(ReadOnlyAdmin):
    list_display = ("id", "rule", "values", "valid_from", "by", "reason", "reverts")
    list_filter = ("rule",)
