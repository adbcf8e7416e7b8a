"""Masking numbers in rows that are shown as they came."""

import re

_NUMBER = re.compile(r"(?<!\d)((?:(?:00)?86)?1\d{2})\d{4}(\d{4})(?!\d)")


def masked(text: str) -> str:
    """The text with the middle four digits of every mobile number hidden, with or without 86."""
    return _NUMBER.sub(r"\1****\2", text)
