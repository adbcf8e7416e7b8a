"""Tells open pages that something changed; PostgreSQL passes it on when the transaction commits."""

import json

from django.db import connection

CHANNEL = "wanhao_live"


def announce(topic: str, number: int) -> None:
    """One notice per call of an action, however many rows it changed."""
    payload = json.dumps({"topic": topic, "number": number})
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, payload])
