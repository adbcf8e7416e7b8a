"""What found things, claims and refusals about them are called on pages."""

import re
from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from wanhao.outlets.lost_contracts import ThingKind
from wanhao.outlets.lost_states import ClaimState, ThingState
from wanhao.pages.console.words import Word
from wanhao.values.errors import WanhaoError

KINDS: Mapping[ThingKind, str | Promise] = {
    ThingKind.BAG: _("Bag"),
    ThingKind.WALLET: _("Wallet"),
    ThingKind.PHONE: _("Telephone"),
    ThingKind.DOCUMENTS: _("Documents"),
    ThingKind.CASH: _("Cash money"),
    ThingKind.KEYS: _("Keys"),
    ThingKind.JEWELLERY: _("Jewellery"),
    ThingKind.CLOTHING: _("Clothing"),
    ThingKind.UMBRELLA: _("Umbrella"),
    ThingKind.GLASSES: _("Glasses"),
    ThingKind.OTHER: _("Something else"),
}
THING_STATES: Mapping[ThingState, Word] = {
    ThingState.KEPT: Word(name=_("Kept"), meaning="", icon="clock", tone="calm"),
    ThingState.RETURNED: Word(name=_("Given back"), meaning="", icon="check", tone="good"),
    ThingState.POLICE: Word(name=_("Handed to the police"), meaning="", icon="arrow", tone="quiet"),
    ThingState.DISCARDED: Word(name=_("Thrown away"), meaning="", icon="minus", tone="quiet"),
}
CLAIM_STATES: Mapping[ClaimState, Word] = {
    ClaimState.OPEN: Word(name=_("Waits for an answer"), meaning="", icon="clock", tone="soon"),
    ClaimState.GRANTED: Word(name=_("It was theirs"), meaning="", icon="check", tone="good"),
    ClaimState.REFUSED: Word(name=_("Claim refused"), meaning="", icon="cross", tone="quiet"),
    ClaimState.WITHDRAWN: Word(name=_("Taken back"), meaning="", icon="minus", tone="quiet"),
}
DOCUMENTS: Mapping[str, str | Promise] = {
    "identity-card": _("Identity card"),
    "passport": _("Passport"),
    "hk-macau-permit": _("Hong Kong and Macau permit"),
}
REFUSALS: tuple[tuple[re.Pattern[str], str | Promise], ...] = tuple(
    (re.compile(begins), said)
    for begins, said in (
        (r"Missing: ", _("Some words are missing. Fill in every field but the contents.")),
        (r"Finder and witness", _("Finder and witness are the same. Let somebody else look.")),
        (r"It was found at a time to come", _("The time it was found lies ahead. Give another.")),
        (r"A document must be seen", _("Give the receiver, the document and its last 4 digits.")),
        (r"Somebody else must see it", _("Name a witness other than yourself.")),
        (r"The receiver must sign", _("Let the receiver sign the list of contents.")),
        (r"A refusal needs a reason", _("Say why it is not the customer's.")),
        (r"What leaves needs a receipt", _("Give the number of the receipt, or who saw it.")),
        (r"Thing \w+ is claimed", _("Somebody claims it. Answer the claims first.")),
        (r"Thing \w+ may not go", _("It must be kept until its day.")),
    )
)


def lost_refusal(error: WanhaoError) -> WanhaoError:
    """What the room refused, in the language of the page."""
    for begins, said in REFUSALS:
        if begins.match(error.message):
            return WanhaoError(str(said))
    return WanhaoError(gettext("This has changed meanwhile. Look at it again."), str(error))
