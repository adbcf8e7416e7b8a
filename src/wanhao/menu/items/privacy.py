"""Personal data: what is held, masked; how it is corrected; what may be deleted and what not."""

from typing import Literal

from wanhao.access.actions import record_read
from wanhao.access.queries import reads_of
from wanhao.access.service_passwords import has_service_password
from wanhao.billing.bills.queries import SHOWN_MONTHS
from wanhao.menu.contracts import Answer, Asking, Door, IdentityLevel, Inputs, MenuItem
from wanhao.menu.masking import masked_medium, masked_name
from wanhao.menu.wording import lines, pick
from wanhao.parties.contracts import DocumentKind
from wanhao.parties.documents import documents_of_lines
from wanhao.parties.queries import account_profiles, lines_of_accounts, media_of_lines
from wanhao.values.msisdn import Msisdn

KINDS = {
    DocumentKind.IDENTITY_CARD: ("身份证", "identity card"),
    DocumentKind.PASSPORT: ("护照", "passport"),
    DocumentKind.HK_MACAU_PERMIT: ("港澳居民来往内地通行证", "Hong Kong and Macau permit"),
    DocumentKind.LICENCE: ("营业执照", "business licence"),
}


class PrivacyInputs(Inputs):
    """See what is held, or learn how it is corrected or deleted."""

    want: Literal["see", "correct", "delete"] = "see"


def answer(asking: Asking[PrivacyInputs]) -> Answer:
    """A summary, or what to do; nothing is filed here."""
    if asking.inputs.want == "see":
        return _held(asking)
    said = _correcting(asking) if asking.inputs.want == "correct" else _deleting(asking)
    return Answer(long=lines(said), short=said[0], data={"filed": False})


def _held(asking: Asking[PrivacyInputs]) -> Answer:
    line, language = asking.line, asking.asker.language
    subject = f"line {line.number}"
    reads = len(reads_of(subject))
    record_read(None, subject, f"privacy at {asking.asker.door.value}", asking.now)
    profile = account_profiles([line.account_id])[line.account_id]
    document = documents_of_lines([line.line_id]).get(line.line_id)
    media = media_of_lines([line.line_id]).get(line.line_id, ())
    numbers = [Msisdn(one.number).masked for one in lines_of_accounts([line.account_id])]
    name = masked_name(profile.customer_name)
    shown = (
        f"{pick(language, KINDS[document.kind])} {document.masked}"
        if document
        else asking.say("未登记", "not recorded")
    )
    short = asking.say(
        f"我们保存您的姓名{name}、证件（{shown}）、{len(numbers)}个号码及用量和账单。",
        f"We hold your name {name}, document ({shown}), {len(numbers)} numbers, use and bills.",
    )
    return Answer(
        long=lines(
            [
                short,
                asking.say("号码：", "Numbers: ") + asking.say("、", ", ").join(numbers),
                *(asking.say("联系方式：", "Contact: ") + masked_medium(one) for one in media),
                _kept(asking),
                asking.say(
                    f"您的资料最近被查阅{reads}次，均有记录。",
                    f"Your data was read {reads} times lately; each reading is on record.",
                ),
            ]
        ),
        short=short,
        data={
            "name": name,
            "document": {"kind": document.kind.value, "number": document.masked}
            if document
            else None,
            "numbers": numbers,
            "media": [{"kind": one.kind.value, "value": masked_medium(one)} for one in media],
            "has_service_password": has_service_password(line.line_id),
            "reads": reads,
        },
    )


def _kept(asking: Asking[PrivacyInputs]) -> str:
    return asking.say(
        f"详单和计费原始数据依法保存{SHOWN_MONTHS}个月，账单和缴费记录按财税规定保存。",
        f"Detailed records are kept for {SHOWN_MONTHS} months by law, bills and payments as tax "
        "law demands.",
    )


def _correcting(asking: Asking[PrivacyInputs]) -> list[str]:
    return [
        asking.say(
            "更正姓名、证件请本人携证件到营业厅；邮箱可在个人信息中修改。",
            "Name and document are corrected at a hall with the document; mail under Profile.",
        ),
        asking.say(
            "这里没有登记更正申请。不予更正时会书面说明理由。",
            "Nothing was filed here. A correction that is refused is refused in writing.",
        ),
    ]


def _deleting(asking: Asking[PrivacyInputs]) -> list[str]:
    return [
        asking.say(
            "邮箱等联系方式可随时删除；在用号码的实名、账单和详单依法须保留。",
            "Contact data can go at any time; name, bills and records of a live line stay by law.",
        ),
        _kept(asking),
        asking.say(
            "销户后满保存期即删除。这里没有登记删除申请，可到营业厅提出。",
            "After the line ends they go when their time is over. Nothing was filed here; a "
            "business hall takes a request.",
        ),
    ]


ITEM = MenuItem(
    code="privacy",
    zh="个人信息查询、更正、删除",
    en="Personal data",
    level=IdentityLevel.STRONG,
    doors=frozenset({Door.WEB, Door.APP, Door.COUNTER}),
    inputs=PrivacyInputs,
    answer=answer,
)
