"""What takes back what was just done: the item that does the opposite, with its inputs; pure."""

from collections.abc import Mapping
from types import MappingProxyType

from wanhao.menu.contracts import JSON

OPPOSITES: Mapping[str, tuple[str, Mapping[str, str]]] = MappingProxyType(
    {
        "pack_open": ("pack_cancel", {"pack": "pack"}),
        "pack_cancel": ("pack_open", {"pack": "code"}),
        "auto_upgrade_on": ("auto_upgrade_off", {}),
        "auto_upgrade_off": ("auto_upgrade_on", {}),
        "plan_change": ("plan_change", {"plan": "held"}),
        "roaming_on": ("roaming_off", {}),
        "roaming_off": ("roaming_on", {}),
        "keep_number": ("resume", {}),
        "report_loss": ("cancel_loss", {}),
        "bind": ("unbind", {"number": "number"}),
        "unbind": ("bind", {"number": "number"}),
    }
)
"""By item its opposite, and which of the answer's data tell it what to take back."""


def opposite_of(item: str, data: Mapping[str, JSON]) -> tuple[str, dict[str, str]] | None:
    """The item that takes an answer back, and its inputs; None where nothing does."""
    found = OPPOSITES.get(item)
    if found is None or data.get("stays") or any(key not in data for key in found[1].values()):
        return None
    return found[0], {name: str(data[key]) for name, key in found[1].items()}
