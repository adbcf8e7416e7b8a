"""Taking the number along: each condition is named, and the code goes to the handset alone."""

from datetime import timedelta

from tests.menu.items.customers import (
    EN,
    LI,
    NOW,
    WANG,
    asked,
    asker,
    counted,
    line,
    open_line,
    refused,
    said,
    use_of,
)
from wanhao.billing.books import Book
from wanhao.billing.charging import charge_accounts
from wanhao.billing.contracts import AccountCharge
from wanhao.communications.models import CommunicationMessage
from wanhao.menu.contracts import Door, IdentityLevel, ReplyKind
from wanhao.parties.contracts import DocumentKind, PayType
from wanhao.parties.documents import record_document
from wanhao.products.porting import is_porting_code
from wanhao.workflows.order_product import order_product

NAME, CARD = "王小明", "360102199003071236"


def seen() -> None:
    record_document(line().line_id, DocumentKind.IDENTITY_CARD, CARD, NOW, by="clerk")


def code_sent() -> str:
    (message,) = CommunicationMessage.objects.all()
    assert message.number == WANG
    text: str = message.figures["text"]
    return text.split("是")[1][:8]


def test_who_meets_every_condition_may_go_and_what_is_not_billed_is_told() -> None:
    counted(use_of(open_line(), charge_fen=5_930))
    seen()
    reply = said("number_porting")
    assert reply.short == "您的号码符合携号转网条件。"
    assert "未出账话费¥59.30" in reply.long
    assert reply.data["may_go"]
    assert "may go" in said("number_porting", asker(language=EN)).short


def test_each_condition_that_is_not_met_is_named() -> None:
    open_line(WANG, "lexiang-4g-59", LI, pay_type=PayType.POSTPAID)
    order_product(line().group_id, "broadband-20m-year", NOW)
    account_id = line().account_id
    owed = AccountCharge(account_id=account_id, by_book={Book.RENT.value: 5_900})
    charge_accounts([owed], cycle=202610, reference="bills-202610", now=NOW)
    reply = said("number_porting")
    assert reply.short == "暂不能携号转网：没有登记证件，请携证件到营业厅，共4项。"
    assert [one["what"] for one in reply.data["obstacles"]] == [
        "no-document",
        "owes",
        "contract",
        "family",
    ]
    assert "欠费¥59.00未缴" in reply.long
    assert "合约到2027年11月22日期满" in reply.long
    assert "先让副卡退出" in reply.long
    assert "(4 reasons)." in said("number_porting", asker(language=EN)).short


def test_a_number_stays_120_days() -> None:
    open_line()
    seen()
    early = said("number_porting", now=NOW - timedelta(days=250))
    assert early.short == "暂不能携号转网：入网未满120天，2026年5月1日起可以。"
    assert refused("number_porting", now=NOW - timedelta(days=250), want="code")
    assert not CommunicationMessage.objects.exists()


def test_the_code_goes_to_the_handset_for_an_hour_and_the_last_one_counts() -> None:
    open_line()
    seen()
    reply = said("number_porting", want="code")
    assert reply.short == "授权码已用短信发到本机，11月22日13:00前有效。"
    code, line_id = code_sent(), line().line_id
    assert code not in reply.long
    assert is_porting_code(line_id, code, NOW + timedelta(minutes=59))
    assert not is_porting_code(line_id, code, NOW + timedelta(hours=1))
    wrong = "00000000" if code != "00000000" else "00000001"
    assert not is_porting_code(line_id, wrong, NOW)
    said("number_porting", now=NOW + timedelta(minutes=1), want="code")
    assert not is_porting_code(line_id, code, NOW + timedelta(minutes=2))


def test_by_message_name_and_document_prove_who_asks() -> None:
    open_line()
    seen()
    who = asker(door=Door.SMS, level=IdentityLevel.KNOWN)
    assert "不符" in refused("number_porting", who, want="code", name="李四", document=CARD)
    reply = asked("number_porting", who, want="code", name=NAME, document=CARD)
    assert reply.kind is ReplyKind.ANSWERED, reply.long
    assert len(code_sent()) == 8
