"""What people type, as it was meant: wide digits and letters, and marks nobody sees."""

WIDE = 0xFEE0
"""How far a full-width sign of ASCII is from the plain one."""
KEPT = "，！？：；（）～"
"""Full-width marks that belong to a Chinese sentence, and stay."""
UNSEEN = "\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
PLAIN = (
    {wide: wide - WIDE for wide in range(0xFF01, 0xFF5F) if chr(wide) not in KEPT}
    | {0x3000: " "}
    | {sign: None for sign in range(0x20) if chr(sign) != "\n"}
    | {ord(sign): None for sign in UNSEEN}
)


def as_meant(text: str) -> str:
    """A text with the digits, letters and marks of a Chinese keyboard's wide mode as plain ones,
    without control signs and signs that turn the direction; what stands around it goes."""
    if text.isascii() and text.isprintable():
        return text.strip()
    return text.translate(PLAIN).strip()
