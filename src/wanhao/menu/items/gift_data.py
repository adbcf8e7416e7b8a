"""Give data: unused data of a plan of one's own choice goes to another customer for this month."""

from typing import Annotated

from pydantic import Field

from wanhao.menu.contracts import Answer, Asking, Door, IdentityLevel, Inputs, MenuItem
from wanhao.values.msisdn import Msisdn
from wanhao.workflows.give_data import give_data, refuse_data_gift


class GiftDataInputs(Inputs):
    """To which number, and how many MB."""

    to: Annotated[str, Field(pattern=r"^1\d{10}$")]
    mb: int = Field(ge=1, le=9_999)


def propose(asking: Asking[GiftDataInputs]) -> Answer:
    """What would go to whom; refused now when it could not be given."""
    given = asking.inputs
    refuse_data_gift(asking.line.number, int(given.to), given.mb, asking.now)
    to = Msisdn(int(given.to)).masked
    return Answer(
        long=asking.say(
            f"将您套餐内剩余流量{given.mb}MB转赠给{to}，本月底前有效。赠出后不能收回，对方不能再转赠。",
            f"{given.mb} MB of your plan's unused data go to {to}, good until this month ends."
            " It cannot be taken back, nor given on.",
        ),
        short=asking.say(
            f"转赠{given.mb}MB流量给{to}，不能收回。",
            f"Give {given.mb} MB to {to}; it cannot be taken back.",
        ),
        data={"to": to, "mb": given.mb},
    )


def answer(asking: Asking[GiftDataInputs]) -> Answer:
    """Give it."""
    given, to = asking.inputs, Msisdn(int(asking.inputs.to))
    gift = give_data(asking.line.number, to.value, given.mb, asking.reference, asking.now)
    said = asking.say(
        f"您已转赠{gift.mb}MB流量给{to.masked}，您本月的套餐流量相应减少。",
        f"You gave {gift.mb} MB to {to.masked}; your plan has as much less this month.",
    )
    return Answer(long=said, short=said, data={"to": to.masked, "mb": gift.mb})


# By message, a yes with the code from the handset is enough: nothing is charged, and no more than
# 1000 MB of a month are at stake.
ITEM = MenuItem(
    code="gift_data",
    zh="流量转赠",
    en="Give data",
    level=IdentityLevel.VERIFIED,
    doors=frozenset({Door.SMS, Door.WEB, Door.APP, Door.CHAT}),
    inputs=GiftDataInputs,
    answer=answer,
    propose=propose,
)
