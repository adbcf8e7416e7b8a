"""Passwords and codes are kept no longer than it takes to send them."""

from django.db.models import Case, F, JSONField, TextField, Value, When

from wanhao.communications.models import SECRET

HIDDEN = "••••••"
FORGET = """
    figures = CASE message.rule WHEN 'secret' THEN jsonb_build_object('text', '')
        ELSE message.figures END,
    text = CASE message.rule WHEN 'secret' THEN '••••••' ELSE message.text END
"""
"""For an UPDATE of messages after which nothing of them is sent any more."""

FORGOTTEN = {
    "figures": Case(When(rule=SECRET, then=Value({"text": ""}, JSONField())), default=F("figures")),
    "text": Case(When(rule=SECRET, then=Value(HIDDEN, TextField())), default=F("text")),
}
"""The same for `QuerySet.update`."""
