"""The chart of accounts: every book of the ledger, in the order of a trial balance.

An amount above zero is a credit (the customer has more, the operator has earned), one below zero a
debit (money came in through a channel, something was given away). Each transaction sums to zero.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Book(StrEnum):
    """A book of the ledger; `CHART` says what each is for."""

    CASH = "clearing-cash"
    BANK = "clearing-bank"
    WECHAT = "clearing-wechat"
    ALIPAY = "clearing-alipay"
    RECHARGE_CARD = "clearing-recharge-card"
    VOUCHER = "clearing-voucher"
    FOREIGN = "clearing-foreign"
    OTHER = "clearing-other"
    GENERAL = "general"
    GIFTED = "gifted"
    RESTRICTED = "restricted"
    PRESTORED = "prestored"
    DEPOSITS = "deposits"
    CHARITY = "charity"
    RENT = "revenue-rent"
    VOICE = "revenue-voice"
    MESSAGE = "revenue-message"
    DATA = "revenue-data"
    ROAMING = "revenue-roaming"
    ONE_OFF = "revenue-one-off"
    PENALTY = "revenue-penalty"
    ADJUSTMENT = "revenue-adjustment"
    LAPSED = "lapsed"
    GIFTS = "gifts"
    COMPENSATION = "compensation"
    POINTS = "points"
    CHANNEL_FEES = "channel-fees"


class Section(StrEnum):
    """A part of the chart."""

    CLEARING = "clearing"
    CUSTOMERS = "customers"
    HELD = "held"
    REVENUE = "revenue"
    GIVEN = "given"
    COSTS = "costs"


@dataclass(frozen=True, slots=True, kw_only=True)
class BookEntry:
    """What a book is for; `number` is its number in the chart."""

    book: Book
    number: int
    section: Section
    name_zh: str
    name_en: str


def _entry(book: Book, number: int, section: Section, zh: str, en: str) -> BookEntry:
    return BookEntry(book=book, number=number, section=section, name_zh=zh, name_en=en)


CHART: Mapping[Book, BookEntry] = MappingProxyType(
    {
        entry.book: entry
        for entry in (
            _entry(Book.CASH, 1001, Section.CLEARING, "现金", "Cash at the counter"),
            _entry(Book.BANK, 1002, Section.CLEARING, "银行", "Bank"),
            _entry(Book.WECHAT, 1003, Section.CLEARING, "微信支付", "WeChat Pay"),
            _entry(Book.ALIPAY, 1004, Section.CLEARING, "支付宝", "Alipay"),
            _entry(Book.RECHARGE_CARD, 1005, Section.CLEARING, "充值卡", "Recharge cards"),
            _entry(Book.VOUCHER, 1006, Section.CLEARING, "代金券", "Vouchers"),
            _entry(Book.FOREIGN, 1007, Section.CLEARING, "外部账务系统", "Another billing system"),
            _entry(Book.OTHER, 1009, Section.CLEARING, "其他渠道", "Other channels"),
            _entry(Book.GENERAL, 2001, Section.CUSTOMERS, "通用余额", "General balances"),
            _entry(Book.GIFTED, 2002, Section.CUSTOMERS, "赠送余额", "Gifted balances"),
            _entry(Book.RESTRICTED, 2003, Section.CUSTOMERS, "专用余额", "Restricted balances"),
            _entry(Book.PRESTORED, 2004, Section.CUSTOMERS, "预存余额", "Prestored balances"),
            _entry(Book.DEPOSITS, 3001, Section.HELD, "竞拍保证金", "Deposits of bidders"),
            _entry(Book.CHARITY, 3002, Section.HELD, "公益善款", "Owed to charity"),
            _entry(Book.RENT, 4001, Section.REVENUE, "月租费", "Rent"),
            _entry(Book.VOICE, 4002, Section.REVENUE, "语音费", "Voice"),
            _entry(Book.MESSAGE, 4003, Section.REVENUE, "短信费", "Messages"),
            _entry(Book.DATA, 4004, Section.REVENUE, "流量费", "Data"),
            _entry(Book.ROAMING, 4005, Section.REVENUE, "漫游费", "Roaming"),
            _entry(Book.ONE_OFF, 4006, Section.REVENUE, "一次性费用", "One-off fees"),
            _entry(Book.PENALTY, 4007, Section.REVENUE, "违约金", "Penalties"),
            _entry(Book.ADJUSTMENT, 4008, Section.REVENUE, "账务调整", "Adjustments"),
            _entry(Book.LAPSED, 4009, Section.REVENUE, "过期余额", "Lapsed balances"),
            _entry(Book.GIFTS, 5001, Section.GIVEN, "赠送支出", "Gifts"),
            _entry(Book.COMPENSATION, 5002, Section.GIVEN, "赔付支出", "Compensation"),
            _entry(Book.POINTS, 5003, Section.GIVEN, "积分兑换", "Points redeemed"),
            _entry(Book.CHANNEL_FEES, 6001, Section.COSTS, "渠道手续费", "Channels' fees"),
        )
    }
)
CUSTOMER_BOOKS = frozenset(
    entry.book for entry in CHART.values() if entry.section is Section.CUSTOMERS
)
# What a charge may earn. Penalties have an action of their own, and lapsed money was never charged.
CHARGE_BOOKS = frozenset(
    entry.book
    for entry in CHART.values()
    if entry.section is Section.REVENUE and entry.book not in {Book.PENALTY, Book.LAPSED}
)
# Where money that is given to a customer may come from.
GIVING_BOOKS = frozenset(
    {entry.book for entry in CHART.values() if entry.section is Section.GIVEN} | {Book.ADJUSTMENT}
)
