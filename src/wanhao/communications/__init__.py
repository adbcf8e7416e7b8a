"""Reminder rules, decisions, the outbox and its texts."""
