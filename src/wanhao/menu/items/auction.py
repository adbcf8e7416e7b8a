"""The charity auction of lucky numbers: what is up, one's own bids; a bid, and paying for it."""

from typing import Annotated, Literal

from pydantic import Field

from wanhao.billing.deposit_contracts import DepositState
from wanhao.billing.deposits import charity_fen, deposits_of, refuse_too_little
from wanhao.loyalty.auction_contracts import LotView
from wanhao.loyalty.auction_reading import (
    highest_of_account,
    live_lot,
    lots_of_account,
    running_lots,
)
from wanhao.loyalty.auction_rules import auction_terms, deposit_reference, least_bid
from wanhao.loyalty.auction_states import LotState
from wanhao.loyalty.auctioning import refuse_payment
from wanhao.menu.contracts import (
    JSON,
    Answer,
    Asking,
    Door,
    IdentityLevel,
    Inputs,
    MenuItem,
    RefusedError,
)
from wanhao.menu.wording import full_day, lines, moment, pick, yuan
from wanhao.parties.deciding import refuse_secondary
from wanhao.workflows.bid_for_lot import bid_for_lot, refuse_to_bid
from wanhao.workflows.pay_for_lot import pay_for_lot

STATES = {
    LotState.RUNNING: ("竞拍中", "running"),
    LotState.WON: ("已截止", "ended"),
    LotState.OFFERED: ("已截止", "ended"),
    LotState.PAID: ("已成交", "sold"),
    LotState.UNSOLD: ("未成交", "not sold"),
    LotState.WITHDRAWN: ("已撤回", "withdrawn"),
}


class AuctionInputs(Inputs):
    """What is wanted, for which number, and what is bid in whole yuan."""

    action: Literal["see", "bid", "pay"] = "see"
    number: Annotated[str, Field(pattern=r"^(1\d{10})?$")] = ""
    yuan: int = Field(default=0, ge=0, le=10_000_000)


def propose(asking: Asking[AuctionInputs]) -> Answer:
    """What a bid or a payment costs; seeing needs no yes."""
    if asking.inputs.action == "bid":
        return _propose_bid(asking)
    if asking.inputs.action == "pay":
        return _propose_payment(asking)
    return _seen(asking)


def answer(asking: Asking[AuctionInputs]) -> Answer:
    """Bid or pay, once."""
    if asking.inputs.action == "bid":
        return _bid(asking)
    if asking.inputs.action == "pay":
        return _pay(asking)
    return _seen(asking)


def _propose_bid(asking: Asking[AuctionInputs]) -> Answer:
    lot, terms = _lot(asking), auction_terms()
    fen = asking.inputs.yuan * 100
    deposit = refuse_to_bid(asking.line, lot, fen, asking.now)
    price, days = yuan(fen), terms.pay.days
    short = asking.say(
        f"为{lot.number}出价{price}，立即从余额冻结保证金{yuan(deposit)}。",
        f"You bid {price} for {lot.number}; a deposit of {yuan(deposit)} is held at once.",
    )
    told = [
        asking.say(
            f"竞得后{days}天内付清{price}（保证金{yuan(lot.deposit_fen)}计入），全部捐给"
            f"{terms.fund_zh}；逾期不付，保证金捐出不退。未竞得，截止时退回保证金。",
            f"If it wins you pay {price} within {days} days (the deposit of"
            f" {yuan(lot.deposit_fen)} counts), all of it for {terms.fund_en}; if you do not pay,"
            " the deposit goes there. If it does not win, the deposit comes back at the end.",
        ),
        _contract(asking, lot),
        asking.say("出价后不能撤回。", "A bid cannot be taken back."),
    ]
    data: dict[str, JSON] = {"lot": lot.lot_id, "price_fen": fen, "deposit_fen": deposit}
    return Answer(long=lines([short, *told]), short=short, data=data)


def _bid(asking: Asking[AuctionInputs]) -> Answer:
    lot, fen = _lot(asking), asking.inputs.yuan * 100
    placed = bid_for_lot(asking.line, lot.number, fen, f"menu-{asking.reference}", asking.now)
    ends = moment(placed.ends_at, asking.asker.language)
    short = asking.say(
        f"已为{lot.number}出价{yuan(fen)}，目前最高，{ends}截止。",
        f"Your bid of {yuan(fen)} for {lot.number} is the highest now; it ends {ends}.",
    )
    data: dict[str, JSON] = {
        "lot": placed.lot_id,
        "price_fen": fen,
        "ends_at": placed.ends_at.isoformat(),
    }
    return Answer(long=short, short=short, data=data)


def _propose_payment(asking: Asking[AuctionInputs]) -> Answer:
    refuse_secondary(asking.line)
    lot = live_lot(int(asking.inputs.number or 0))
    refuse_payment(lot, asking.line.account_id, asking.now)
    assert lot is not None
    assert lot.winner is not None
    held = _held(lot.lot_id, asking.line.account_id)
    rest = lot.winner.amount_fen - held
    refuse_too_little(asking.line.account_id, rest)
    price = yuan(lot.winner.amount_fen)
    short = asking.say(
        f"支付{price}购得{lot.number}：保证金抵{yuan(held)}，余额扣{yuan(rest)}。",
        f"{price} for {lot.number}: {yuan(held)} of deposit, {yuan(rest)} from your balance.",
    )
    given = pick(asking.asker.language, (auction_terms().fund_zh, auction_terms().fund_en))
    donated = asking.say(
        f"全部捐给{given}，不能退。", f"All of it goes to {given}; none comes back."
    )
    data: dict[str, JSON] = {
        "lot": lot.lot_id,
        "price_fen": lot.winner.amount_fen,
        "balance_fen": rest,
    }
    return Answer(long=lines([short, _contract(asking, lot), donated]), short=short, data=data)


def _pay(asking: Asking[AuctionInputs]) -> Answer:
    refuse_secondary(asking.line)
    number = int(asking.inputs.number or 0)
    lot = pay_for_lot(number, asking.line.account_id, asking.now)
    assert lot.right_until is not None
    until = full_day(lot.right_until, asking.asker.language)
    short = asking.say(
        f"{number}已付清，请在{until}前凭证件到营业厅办理入网。",
        f"{number} is paid: open a line with it at a business hall before {until}.",
    )
    data: dict[str, JSON] = {"lot": lot.lot_id, "right_until": lot.right_until.isoformat()}
    return Answer(long=lines([short, _contract(asking, lot)]), short=short, data=data)


def _seen(asking: Asking[AuctionInputs]) -> Answer:
    running, mine = running_lots(), lots_of_account(asking.line.account_id)
    if running:
        ends = moment(running[0].ends_at, asking.asker.language)
        short = asking.say(
            f"{len(running)}个号码在竞拍，最早{ends}截止。",
            f"{len(running)} numbers are up; the first ends {ends}.",
        )
    else:
        short = asking.say("现在没有竞拍的号码。", "No number is up at the moment.")
    highest = highest_of_account([lot.lot_id for lot in mine], asking.line.account_id)
    given = asking.say(
        f"竞拍所得全部捐给{auction_terms().fund_zh}，已累计{yuan(charity_fen())}。",
        f"All of it goes to {auction_terms().fund_en}: {yuan(charity_fen())} so far.",
    )
    told = [*(_up(asking, lot) for lot in running), *(_own(asking, lot, highest) for lot in mine)]
    data: dict[str, JSON] = {
        "lots": [
            {
                "number": str(lot.number),
                "least_fen": _least(lot),
                "ends_at": lot.ends_at.isoformat(),
            }
            for lot in running
        ],
        "bids": [
            {"number": str(lot.number), "fen": highest[lot.lot_id], "state": lot.state.value}
            for lot in mine
        ],
    }
    return Answer(long=lines([short, *told, given]), short=short, data=data, final=True)


def _up(asking: Asking[AuctionInputs], lot: LotView) -> str:
    now_at = yuan(lot.best.amount_fen) if lot.best else asking.say("无人出价", "no bid yet")
    ends, least = moment(lot.ends_at, asking.asker.language), yuan(_least(lot))
    return asking.say(
        f"{lot.number}：现价{now_at}，下次出价至少{least}，保证金{yuan(lot.deposit_fen)}，{ends}截止。",
        f"{lot.number}: now {now_at}, the next bid at least {least}, deposit"
        f" {yuan(lot.deposit_fen)}, ends {ends}.",
    )


def _own(asking: Asking[AuctionInputs], lot: LotView, highest: dict[int, int]) -> str:
    account, price = asking.line.account_id, yuan(highest[lot.lot_id])
    state = pick(asking.asker.language, STATES[lot.state])
    said = asking.say(
        f"您为{lot.number}出价{price}，{state}。", f"You bid {price} for {lot.number}: {state}."
    )
    return lines([said + _standing(asking, lot, account)])


def _standing(asking: Asking[AuctionInputs], lot: LotView, account_id: int) -> str:
    if lot.state is LotState.RUNNING:
        assert lot.best is not None
        if lot.best.account_id == account_id:
            return asking.say("目前最高。", " It is the highest now.")
        return asking.say("已被超过。", " Somebody bid more.")
    if lot.winner is None or lot.winner.account_id != account_id:
        return asking.say("不是您竞得。", " You did not win it.")
    if lot.right_until is not None:
        until = full_day(lot.right_until, asking.asker.language)
        return asking.say(f"请在{until}前办理入网。", f" Open a line with it before {until}.")
    assert lot.pay_until is not None
    until = moment(lot.pay_until, asking.asker.language)
    return asking.say(f"请在{until}前付款。", f" It is yours: pay before {until}.")


def _contract(asking: Asking[AuctionInputs], lot: LotView) -> str:
    minimum, ahead = yuan(lot.minimum_fen), yuan(lot.prestore_fen)
    return asking.say(
        f"办理入网时另签协议：每月最低消费{minimum}，预存{ahead}，{lot.months}个月。",
        f"Its contract comes with the line: at least {minimum} a month and {ahead} in advance,"
        f" for {lot.months} months.",
    )


def _lot(asking: Asking[AuctionInputs]) -> LotView:
    lot = live_lot(int(asking.inputs.number or 0))
    if lot is not None:
        return lot
    up = [str(one.number) for one in running_lots()]
    if not up:
        raise RefusedError("现在没有竞拍的号码。", "No number is up at the moment.")
    raise RefusedError(
        f"请从这些号码中选择：{'、'.join(up)}。", f"Please choose of: {', '.join(up)}."
    )


def _least(lot: LotView) -> int:
    return least_bid(lot.start_fen, lot.step_fen, lot.best.amount_fen if lot.best else None)


def _held(lot_id: int, account_id: int) -> int:
    reference = deposit_reference(lot_id, account_id)
    found = deposits_of([reference]).get(reference)
    return found.amount_fen if found and found.state is DepositState.HELD else 0


ITEM = MenuItem(
    code="auction",
    zh="吉祥号公益竞拍",
    en="Charity auction of lucky numbers",
    level=IdentityLevel.VERIFIED,
    doors=frozenset({Door.WEB, Door.APP, Door.COUNTER, Door.COMMAND}),
    inputs=AuctionInputs,
    answer=answer,
    propose=propose,
    undoable=False,
)
