"""Errors in the user's words: what happened and what to do."""


class WanhaoError(Exception):
    """A failure somebody can act upon.

    `message` says what happened, `remedy` what to do; both are shown as they are.
    """

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()
