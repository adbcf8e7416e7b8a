"""The keypad of the screen, for whoever presses its keys without JavaScript; pure."""

BACK, CLEAR = "back", "clear"


def pressed(typed: str, key: str, longest: int) -> str:
    """What stands in a field after a key: a digit or a point more, one less, or nothing."""
    if key == CLEAR:
        return ""
    if key == BACK:
        return typed[:-1]
    return (typed + key[:1])[:longest] if key in set("0123456789.") else typed[:longest]
