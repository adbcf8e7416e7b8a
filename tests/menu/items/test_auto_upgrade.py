"""The automatic upgrade: its ladder is told, 4G plans are told why not, off is for next month."""

from tests.menu.items.customers import (
    EN,
    LI,
    NOW,
    WANG,
    asker,
    done,
    line,
    open_line,
    proposed,
    refused,
)
from wanhao.products.queries import products_of

CODE = "auto-upgrade-3952"


def until() -> str:
    found = {one.offering.code: one for one in products_of(line().group_id, NOW)}
    if CODE not in found:
        return "not held"
    ends = found[CODE].until
    return ends.isoformat() if ends else "held"


def test_the_ladder_is_told_and_a_yes_opens_it() -> None:
    open_line(plan="lexiang-3g-49")
    reply = proposed("auto_upgrade_on")
    assert reply.short == (
        "开通自动升档包 3952，不用不收费，超出后从¥10/100MB起逐档升，每月封顶¥600。"
    )
    assert "¥10/100MB，¥20/200MB，¥30/300MB，¥50/500MB，¥70/1GB，¥100/2GB" in reply.long
    assert "¥0.30/MB" in reply.long
    assert "次月生效" in reply.long
    assert reply.data["tiers"][0] == {"fee_fen": 1_000, "quota_mb": 100}
    assert until() == "not held"
    assert done("auto_upgrade_on").short == "您已开通自动升档包 3952，每升一档都会提前告知。"
    assert until() == "held"
    assert "您已有" in refused("auto_upgrade_on")


def test_a_4g_plan_is_told_why_not() -> None:
    open_line()
    assert "自带流量封顶，不能再开通自动升档包" in refused("auto_upgrade_on")
    assert "has steps of its own" in refused("auto_upgrade_on", asker(language=EN))
    assert until() == "not held"


def test_off_is_for_next_month() -> None:
    open_line(plan="lexiang-3g-49")
    assert refused("auto_upgrade_off") == "您没有开通自动升档包。"
    done("auto_upgrade_on")
    reply = proposed("auto_upgrade_off")
    assert reply.short.endswith("可用到12月1日00:00。")
    assert done("auto_upgrade_off", asker(language=EN)).short.endswith("usable until 1 Dec 00:00.")
    assert until() == "2026-11-30T16:00:00+00:00"
    assert "无需退订" in refused("auto_upgrade_off")


def test_a_secondary_card_does_not_decide() -> None:
    open_line(WANG, "lexiang-3g-49", LI)
    assert refused("auto_upgrade_on", asker(LI)) == "副卡不能办理，请用主卡办理。"
    assert until() == "not held"
