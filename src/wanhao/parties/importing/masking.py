"""Hiding names and numbers in what is told of bad rows."""

import re

LONGEST_VALUE = 64
_DIGITS = re.compile(r"\d{7,}")


def masked(field: str, value: str) -> str:
    """A field of a row as it may be shown: a name by its first letter, a long number without its
    middle. Chinese letters are taken for a name wherever they stand: fields slip out of place."""
    if field == "customer" or not value.isascii():
        return f"{value[:1]}**" if value else ""
    return _DIGITS.sub(_without_middle, value[:LONGEST_VALUE])


def _without_middle(found: re.Match[str]) -> str:
    digits = found[0]
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) > 7 else f"{digits[:2]}****"
