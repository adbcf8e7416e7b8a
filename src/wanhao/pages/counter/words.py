"""Steps and verdicts of the counter in words."""

from collections.abc import Mapping
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from wanhao.billing.stop_contracts import ServiceState
from wanhao.outlets.counter_contracts import StepKind
from wanhao.parties.contracts import DocumentKind
from wanhao.workflows.prove_at_counter import Verdict

Words = Mapping[str, str | Promise]

STEPS: Mapping[StepKind, str | Promise] = MappingProxyType(
    {
        StepKind.BEGUN: _("Looked up"),
        StepKind.CODE_SENT: _("Code sent to the line"),
        StepKind.CODE_RIGHT: _("Code read back"),
        StepKind.CODE_WRONG: _("Wrong code"),
        StepKind.DOCUMENT_SEEN: _("Document seen"),
        StepKind.DOCUMENT_COMPARED: _("Document compared"),
        StepKind.DOCUMENT_RECORDED: _("Document recorded"),
        StepKind.DOCUMENT_WRONG: _("Document does not match"),
        StepKind.REVEALED: _("Revealed"),
        StepKind.ASKED: _("Asked"),
        StepKind.PROPOSED: _("Read aloud"),
        StepKind.DONE: _("Carried out"),
        StepKind.REFUSED: _("Not done"),
        StepKind.CASH: _("Cash taken"),
        StepKind.PRINTED: _("Receipt printed"),
        StepKind.ENDED: _("Ended"),
    }
)
LEVELS: Mapping[int, str | Promise] = MappingProxyType(
    {
        1: _("Looked up"),
        2: _("Identity verified"),
        3: _("Verified by document"),
    }
)
VERDICTS: Mapping[Verdict, str | Promise] = MappingProxyType(
    {
        Verdict.NO_FACE: _("Compare the face with the picture first, then tick that you did."),
        Verdict.NO_RECORD: _("No document is recorded yet. Record it whole, below."),
        Verdict.CODE_FIRST: _(
            "A first document needs the line's code too; without it ask the duty manager."
        ),
        Verdict.NOT_ALLOWED: _("Your role may not record documents. Ask your duty manager."),
    }
)
DOCUMENTS: Mapping[DocumentKind, str | Promise] = MappingProxyType(
    {
        DocumentKind.IDENTITY_CARD: _("Identity card"),
        DocumentKind.PASSPORT: _("Passport"),
        DocumentKind.HK_MACAU_PERMIT: _("Permit of Hong Kong or Macau"),
        DocumentKind.LICENCE: _("Business licence"),
    }
)
SERVICE_STATES: Mapping[ServiceState, tuple[str | Promise, str]] = MappingProxyType(
    {
        ServiceState.ACTIVE: (_("In service"), "good"),
        ServiceState.ANNOUNCED: (_("A stop is announced"), "soon"),
        ServiceState.ONE_WAY: (_("Stopped one-way for debt"), "need"),
        ServiceState.TWO_WAY: (_("Stopped two-way for debt"), "need"),
        ServiceState.TEMPORARY: (_("Stopped, in service for a while"), "soon"),
        ServiceState.TERMINATED: (_("Terminated"), "need"),
        ServiceState.FROZEN: (_("Number frozen"), "need"),
        ServiceState.FREE: (_("Number free again"), "quiet"),
    }
)
SAID: Words = MappingProxyType(
    {
        "over": _("That service is over. Look the customer up again."),
        "ended": _("The service is over. The next customer, please."),
        "sent": _("A code was sent to the line. Ask the customer to read it to you."),
        "right": _("The code is right."),
        "seen": _("The document matches."),
        "recorded": _("The document matches and is on record."),
        "counted": _("Your drawer is counted."),
        "hall": _("Your hall is chosen."),
    }
)
