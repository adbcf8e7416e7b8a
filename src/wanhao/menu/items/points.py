"""Points: how many there are, what of them ends when, what they are good for, and the star."""

from collections.abc import Sequence

from wanhao.loyalty.contracts import PointsView, RedeemItem, StarView
from wanhao.loyalty.queries import items, points_of, stars_of
from wanhao.menu.contracts import (
    EVERYWHERE,
    Answer,
    Asking,
    IdentityLevel,
    MenuItem,
    NoInputs,
)
from wanhao.menu.wording import full_day, lines, pick, sentence


def answer(asking: Asking[NoInputs]) -> Answer:
    """The account's points."""
    return together([asking])[0]


def together(asked: Sequence[Asking[NoInputs]]) -> list[Answer]:
    """The same for many, with one look at the points and one at the stars."""
    accounts = {asking.line.account_id for asking in asked}
    has, stars = points_of(accounts, asked[0].now), stars_of(accounts, asked[0].now)
    return [
        _told(
            asking,
            has.get(asking.line.account_id) or PointsView(account_id=asking.line.account_id),
            stars.get(asking.line.account_id),
        )
        for asking in asked
    ]


def _told(asking: Asking[NoInputs], has: PointsView, star: StarView | None) -> Answer:
    language = asking.asker.language
    said = [asking.say(f"您有{has.points}积分", f"you have {has.points} points")]
    if has.batches:
        first = has.batches[0]
        ends = full_day(first.expires, language)
        said.append(
            asking.say(f"其中{first.points}分{ends}到期", f"{first.points} of them end on {ends}")
        )
    if star is not None:
        said.append(pick(language, (star.name_zh, star.name_en)))
    short = sentence(said, language)
    return Answer(
        long=lines(
            [
                short,
                *(
                    asking.say(
                        f"{full_day(one.expires, language)}到期：{one.points}分",
                        f"Good until {full_day(one.expires, language)}: {one.points}",
                    )
                    for one in has.batches[1:]
                ),
                *(_item(asking, one) for one in items().values()),
                _star(asking, star),
            ]
        ),
        short=short,
        data={
            "points": has.points,
            "batches": [
                {"points": one.points, "expires": one.expires.isoformat()} for one in has.batches
            ],
            "star": star.star if star else None,
            "growth": star.growth if star else None,
            "growth_missing": star.missing if star else None,
        },
    )


def _item(asking: Asking[NoInputs], item: RedeemItem) -> str:
    named = pick(asking.asker.language, (item.name_zh, item.name_en))
    return asking.say(f"{item.points}分可兑换：{named}", f"{item.points} points: {named}")


def _star(asking: Asking[NoInputs], star: StarView | None) -> str:
    if star is None:
        return ""
    until = full_day(star.ends_at, asking.asker.language)
    zh, en = f"{star.name_zh}有效期至{until}", f"{star.name_en} until {until}"
    if star.missing:
        zh, en = (
            f"{zh}，距下一星级还差{star.missing}成长值",
            f"{en}, {star.missing} more to the next",
        )
    return asking.say(f"{zh}。", f"{en}.")


ITEM = MenuItem(
    code="points",
    zh="查积分",
    en="Points",
    level=IdentityLevel.KNOWN,
    doors=EVERYWHERE,
    inputs=NoInputs,
    answer=answer,
    together=together,
)
