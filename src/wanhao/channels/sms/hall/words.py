"""What the hall itself says, in both languages."""

from collections.abc import Mapping, Sequence

from wanhao.channels.sms.hall.codes import CodeEntry
from wanhao.menu.queries import item_of
from wanhao.parties.contracts import Language

STRANGER = "您的号码不是本网用户，无法办理业务。This number is not with us."


def pick(language: Language, zh: str, en: str) -> str:
    """The one of two wordings that a line reads."""
    return zh if language is Language.ZH else en


def title(entry: CodeEntry, language: Language) -> str:
    """What an entry is called."""
    item = item_of(entry.item)
    return pick(language, entry.zh or item.zh, entry.en or item.en)


def menu(entries: Sequence[CodeEntry], language: Language) -> str:
    """The numbered menu."""
    lines = [f"{number}.{title(entry, language)}" for number, entry in enumerate(entries, start=1)]
    head = pick(language, "回复数字查询或办理：", "Reply a number:")
    foot = pick(
        language, "10分钟内有效。人工服务请拨10000。", "Good for 10 minutes. To talk to us: 10000."
    )
    return "\n".join([head, *lines, foot])


def perhaps(entries: Sequence[CodeEntry], language: Language) -> str:
    """Was one of these meant?"""
    if language is Language.ZH:
        said = "；".join(f"{title(entry, language)}请发{entry.code}" for entry in entries)
        return f"您是不是要：{said}？菜单请发0。"
    said = "; ".join(f"{title(entry, language)}: {entry.code}" for entry in entries)
    return f"Did you mean: {said}? The menu: 0."


def no_such_code(language: Language) -> str:
    """Nothing has this code."""
    return pick(
        language,
        "没有这个代码。发送0看菜单，人工服务请拨10000。",
        "There is no such code. Send 0 for the menu, or call 10000.",
    )


def usage_of(entry: CodeEntry, language: Language) -> str:
    """How an entry is written."""
    words = [f"[{one.name}]" if one.optional else one.name for one in entry.arguments]
    form = "#".join([entry.code, *words])
    return pick(
        language,
        f"{title(entry, language)}的格式为：{form}。",
        f"{title(entry, language)} is written like this: {form}.",
    )


def help_words(language: Language) -> str:
    """For whoever just chats, once a day."""
    return pick(
        language,
        "您好，这里是10001短信营业厅。发送0看菜单，101查余额，102查余额和套餐用量。人工服务请拨10000。",
        "This is the 10001 SMS hall. Send 0 for the menu, 101 for your balance, 102 for balance"
        " and use. To talk to somebody call 10000.",
    )


def after(
    entry: CodeEntry, language: Language, given: Mapping[str, str], *, answered: bool | None
) -> str:
    """What an entry wants to be said after its answer."""
    if answered is None:
        return ""
    zh, en = (entry.then_zh, entry.then_en) if answered else (entry.else_zh, entry.else_en)
    said = pick(language, zh, en).format_map({name: word.upper() for name, word in given.items()})
    gap = "\n" if entry.answer == "long" else pick(language, "", " ")
    return gap + said if said else ""


def how_to_confirm(language: Language, code: str) -> str:
    """What to reply."""
    return pick(
        language,
        f"回复Y{code}确认，30分钟内有效，回复N取消。",
        f"Reply Y{code} to confirm within 30 minutes, N to leave it.",
    )


def declined(language: Language, was_waiting: bool) -> str:
    """A no."""
    if was_waiting:
        return pick(language, "已取消，没有办理任何业务。", "Left undone; nothing was changed.")
    return pick(language, "没有等待您确认的业务。", "Nothing waits for your yes or no.")


def limited(language: Language, per_day: bool) -> str:
    """No more for now."""
    if per_day:
        return pick(
            language,
            "您24小时内发送的短信已达上限，请明天再发或拨打10000。",
            "You reached today's number of messages; write again tomorrow or call 10000.",
        )
    return pick(
        language,
        "您1小时内发送的短信已达上限，请稍后再发或拨打10000。",
        "You reached the hour's number of messages; write again later or call 10000.",
    )


def failed(language: Language) -> str:
    """Something is wrong with us."""
    return pick(
        language,
        "系统忙，暂时不能办理，请稍后再发或拨打10000。",
        "We cannot do this just now; write again later or call 10000.",
    )


def more(language: Language, page: int) -> str:
    """How to get the next page."""
    return pick(language, f"回复M{page}看下一页", f"Reply M{page} for more")


def pay_there(language: Language, link: str) -> str:
    """Where to pay; signing in says who pays."""
    return pick(
        language,
        f"请打开 {link} 登录后支付，尚未扣款。也可发送CZ#充值卡密码充值。",
        f"Sign in and pay at {link} ; nothing was taken yet. With a card: CZ#code.",
    )


def go_on_there(language: Language, link: str) -> str:
    """Where to prove who one is; the link is for the handset it was sent to."""
    return pick(
        language,
        f"请打开 {link} 验证身份后办理，30分钟内有效，切勿转发。",
        f"Please prove who you are at {link} within 30 minutes; pass it on to nobody.",
    )
