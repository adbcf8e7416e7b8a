"""Profile: what is known of the customer, masked; the mail address can be set and removed."""

from typing import Literal

from pydantic import Field

from wanhao.menu.contracts import Answer, Asking, Door, IdentityLevel, Inputs, MenuItem
from wanhao.menu.masking import masked_medium, masked_name
from wanhao.menu.wording import full_day, lines, pick
from wanhao.parties.actions import end_media_of_line, set_medium_of_line
from wanhao.parties.contracts import ContactMedium, MediumKind, PayType
from wanhao.parties.queries import account_profiles, cities, media_of_lines
from wanhao.values.msisdn import Msisdn

MEDIA = {MediumKind.APP: ("手机应用", "App"), MediumKind.EMAIL: ("邮箱", "Mail")}
PAYS = {PayType.PREPAID: ("预付费", "prepaid"), PayType.POSTPAID: ("后付费", "post-paid")}


class ProfileInputs(Inputs):
    """A new mail address for the line, or which medium to remove; neither shows what is known."""

    email: str = Field(default="", max_length=254)
    remove: Literal["", "email", "app"] = ""


def answer(asking: Asking[ProfileInputs]) -> Answer:
    """Show it, or change how the line can be reached."""
    if asking.inputs.email:
        return _set(asking)
    if asking.inputs.remove:
        return _remove(asking, MediumKind(asking.inputs.remove))
    return _shown(asking)


def _set(asking: Asking[ProfileInputs]) -> Answer:
    medium = ContactMedium(kind=MediumKind.EMAIL, value=asking.inputs.email)
    set_medium_of_line(asking.line.line_id, medium, asking.now)
    masked = masked_medium(medium)
    said = asking.say(f"邮箱已改为{masked}。", f"Your mail address is {masked} now.")
    return Answer(long=said, short=said, data={"email": masked})


def _remove(asking: Asking[ProfileInputs], kind: MediumKind) -> Answer:
    ended = end_media_of_line(asking.line.line_id, kind, asking.now)
    named = pick(asking.asker.language, MEDIA[kind])
    said = (
        asking.say(f"{named}已删除。", f"{named}: removed.")
        if ended
        else asking.say(f"本号码没有登记{named}。", f"{named}: none of this line.")
    )
    return Answer(long=said, short=said, data={"removed": ended})


def _shown(asking: Asking[ProfileInputs]) -> Answer:
    line, language = asking.line, asking.asker.language
    profile = account_profiles([line.account_id])[line.account_id]
    media = media_of_lines([line.line_id]).get(line.line_id, ())
    city = next((one for one in cities() if one.code == line.city), None)
    where = pick(language, (city.name_zh, city.name_en)) if city else ""
    since = full_day(profile.since, language) if profile.since else ""
    name, number = masked_name(profile.customer_name), Msisdn(line.number).masked
    pays = pick(language, PAYS[profile.pay_type])
    short = asking.say(
        f"{name}，{number}，{where}，{pays}。", f"{name}, {number}, {where}, {pays}."
    )
    return Answer(
        long=lines(
            [
                short,
                asking.say(f"{since}入网", f"With us since {since}") if since else "",
                *(
                    f"{pick(language, MEDIA[one.kind])}{asking.say('：', ': ')}{masked_medium(one)}"
                    for one in media
                ),
                asking.say(
                    "姓名和证件请携证件到营业厅更正。",
                    "Name and document are corrected at a business hall, with the document.",
                ),
            ]
        ),
        short=short,
        data={
            "name": name,
            "number": number,
            "city": line.city,
            "pay_type": profile.pay_type.value,
            "since": profile.since.isoformat() if profile.since else None,
            "media": [{"kind": one.kind.value, "value": masked_medium(one)} for one in media],
        },
    )


ITEM = MenuItem(
    code="profile",
    zh="个人信息",
    en="Profile",
    level=IdentityLevel.VERIFIED,
    doors=frozenset(
        {
            *(Door.HOTLINE, Door.WEB, Door.APP, Door.CHAT, Door.TERMINAL),
            *(Door.COUNTER, Door.AGENT, Door.API),
        }
    ),
    inputs=ProfileInputs,
    answer=answer,
    changes=True,
)
