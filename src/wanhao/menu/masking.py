"""How personal data is shown: enough to know it again, not enough to use it; pure."""

from wanhao.parties.contracts import ContactMedium, MediumKind


def masked_name(name: str) -> str:
    """The first character of a name."""
    return f"{name[:1]}**"


def masked_medium(medium: ContactMedium) -> str:
    """A mail address by its first letter and its host; how an app knows somebody is not shown."""
    if medium.kind is MediumKind.EMAIL:
        local, _, host = medium.value.rpartition("@")
        return f"{local[:1]}***@{host}"
    return "***"
