"""Profile, language, large type, privacy: shown masked, changed where it may be."""

from tests.menu.items.customers import EN, LI, NOW, WANG, asker, line, open_line, refused, said
from wanhao.access.queries import reads_of
from wanhao.parties.contracts import ContactMedium, DocumentKind, Language, MediumKind
from wanhao.parties.documents import record_document
from wanhao.parties.preferences import in_large_type
from wanhao.parties.queries import media_of_lines

CARD = "360102199003071236"


def email() -> str:
    media: tuple[ContactMedium, ...] = media_of_lines([line().line_id]).get(line().line_id, ())
    return next((one.value for one in media if one.kind is MediumKind.EMAIL), "")


def test_a_profile_is_shown_masked() -> None:
    open_line()
    said("profile", email="wang@example.com")
    reply = said("profile")
    assert reply.short == "王**，169****0001，南昌，预付费。"
    assert "邮箱：w***@example.com" in reply.long
    assert "2026年1月1日入网" in reply.long
    assert "王小明" not in reply.long + str(reply.data)
    assert str(WANG) not in reply.long + str(reply.data)
    assert said("profile", asker(language=EN)).short == "王**, 169****0001, Nanchang, prepaid."


def test_a_mail_address_is_set_and_removed() -> None:
    open_line()
    assert said("profile", email="wang@example.com").short == "邮箱已改为w***@example.com。"
    assert email() == "wang@example.com"
    assert said("profile", remove="email").short == "邮箱已删除。"
    assert email() == ""
    assert "没有登记" in said("profile", remove="email").short
    assert refused("profile", email="tea") == "“tea”不是有效的邮箱。"


def test_the_language_is_changed_and_said_in_it() -> None:
    open_line()
    assert said("language").short == "我们用中文给您发短信。"
    assert said("language", language="en").short == "From now on we write to you in English."
    assert line().language is Language.EN
    assert not said("language", language="en").data["changed"]
    assert said("language", language="zh").short == "以后的短信和通知都用中文发给您。"
    assert line().language is Language.ZH


def test_large_type_is_remembered() -> None:
    line_id = open_line().line_id
    assert said("large_type").short == "大字版已关闭。"
    assert said("large_type", switch="on").short == "大字版已开启。"
    assert in_large_type([line_id]) == {line_id}
    assert said("large_type", asker(language=EN)).short == "Large type is on."
    said("large_type", switch="off")
    assert in_large_type([line_id]) == set()


def test_what_is_held_is_told_masked_and_the_reading_noted() -> None:
    open_line(WANG, "lexiang-4g-59", LI)
    assert "证件（未登记）" in said("privacy").short
    record_document(line().line_id, DocumentKind.IDENTITY_CARD, CARD, NOW, by="x")
    reply = said("privacy")
    assert "身份证 ****1236" in reply.short
    assert "169****0001、169****0002" in reply.long
    assert "最近被查阅1次" in reply.long
    shown = reply.long + str(reply.data)
    assert not any(secret in shown for secret in ("王小明", str(WANG), str(LI), CARD[:14]))
    assert [read.purpose for read in reads_of(f"line {WANG}")] == ["privacy at app"] * 2
    assert "identity card ****1236" in said("privacy", asker(language=EN)).short


def test_correcting_and_deleting_say_what_to_do_and_file_nothing() -> None:
    open_line()
    assert "携证件到营业厅" in said("privacy", want="correct").short
    reply = said("privacy", want="delete")
    assert "依法须保留" in reply.short
    assert "没有登记删除申请" in reply.long
    assert reply.data == {"filed": False}
    assert "stay by law" in said("privacy", asker(language=EN), want="delete").short
