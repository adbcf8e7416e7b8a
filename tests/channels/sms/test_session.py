"""The session against a real SMPP stack over a real socket."""

import asyncio
from dataclasses import replace

import pytest

from tests.channels.sms.fakes import FIRST_NUMBER, part, running, silent_smsc, soon, texts_at
from wanhao.channels.sms import codec, link
from wanhao.channels.sms.contracts import (
    Delivery,
    LinkState,
    SmscConfig,
    SubmitOutcome,
    SubmitResult,
)
from wanhao.channels.sms.peer import SmscPeer
from wanhao.channels.sms.session import Session


async def _bound(session: Session) -> None:
    await soon(lambda: session.state is LinkState.BOUND)


async def _send(session: Session, count: int) -> list[SubmitResult]:
    await _bound(session)
    return await asyncio.gather(*(session.submit(part(f"第{i}条")) for i in range(count)))


def _outcomes(results: list[SubmitResult]) -> dict[str, int]:
    words = [str(result.outcome) for result in results]
    return {word: words.count(word) for word in words}


async def test_messages_are_accepted_and_arrive(smsc: SmscPeer, config: SmscConfig) -> None:
    async with running(config) as session:
        results = await _send(session, 20)
    assert _outcomes(results) == {"accepted": 20}
    assert len({result.message_id for result in results}) == 20
    assert sorted(texts_at(smsc)) == sorted(f"第{i}条" for i in range(20))
    assert smsc.get("/stats")["references"] == [7] * 20


@pytest.mark.parametrize("wrong", [{"password": "guess"}, {"system_id": "nobody"}])
async def test_wrong_credentials_are_not_hammered(
    smsc: SmscPeer, config: SmscConfig, wrong: dict[str, str]
) -> None:
    async with running(replace(config, **wrong)) as session:
        await soon(lambda: session.state is LinkState.REFUSED)
        await asyncio.sleep(1.0)
        assert "wrong system id or password" in session.detail
    assert smsc.get("/stats")["refused"] == 1
    assert smsc.get("/stats")["connections"] == 1


async def test_any_other_refusal_of_the_bind_is_tried_again(
    smsc: SmscPeer, config: SmscConfig
) -> None:
    smsc.post("/mode", refuse_bind=0x08)
    async with running(config) as session:
        await soon(lambda: smsc.get("/stats")["refused"] >= 3)
        smsc.post("/mode", refuse_bind=0)
        await _bound(session)


async def test_the_window_is_filled_and_never_exceeded(smsc: SmscPeer, config: SmscConfig) -> None:
    smsc.post("/mode", delay_ms=100)
    async with running(config) as session:
        await _send(session, 40)
    assert smsc.get("/stats")["most_in_flight"] == config.window


async def test_the_pace_is_kept(smsc: SmscPeer, config: SmscConfig) -> None:
    async with running(replace(config, per_second=50.0)) as session:
        await _bound(session)
        began = asyncio.get_running_loop().time()
        await _send(session, 30)
        # The clock may run late, never early: 29 pauses of 20 ms are the least it can take.
        assert asyncio.get_running_loop().time() - began > 29 * 0.02 - 0.01


async def test_a_link_lost_in_mid_window_leaves_its_submits_unknown(
    smsc: SmscPeer, config: SmscConfig
) -> None:
    async with running(config) as session:
        assert _outcomes(await _send(session, 8)) == {"accepted": 8}
        smsc.post("/mode", silent=True, drop_after=5)
        # What had not left yet is known not to have been sent.
        assert _outcomes(await _send(session, 12)) == {"unknown": 5, "not_sent": 7}
        smsc.post("/mode", silent=False)
        await _bound(session)
        assert (await session.submit(part("later"))).outcome is SubmitOutcome.ACCEPTED
    assert len(texts_at(smsc)) == 8 + 5 + 1


async def test_a_submit_nobody_answers_ends_as_unknown(smsc: SmscPeer, config: SmscConfig) -> None:
    smsc.post("/mode", silent=True)
    async with running(replace(config, response_timeout=2.0)) as session:
        assert _outcomes(await _send(session, 5)) == {"unknown": 5}
        smsc.post("/mode", silent=False)
        assert _outcomes(await _send(session, 1)) == {"accepted": 1}
    assert smsc.get("/stats")["connections"] == 1


@pytest.mark.parametrize("status", [0x58, 0x14])
async def test_throttling_is_told_and_slows_down(
    smsc: SmscPeer, config: SmscConfig, status: int
) -> None:
    smsc.post("/mode", throttle_first=1, throttle_status=status)
    async with running(config) as session:
        (first,) = await _send(session, 1)
        (second,) = await _send(session, 1)
    assert (first.outcome, first.status) == (SubmitOutcome.THROTTLED, status)
    assert second.outcome is SubmitOutcome.ACCEPTED


async def test_nothing_is_submitted_while_the_smsc_is_too_busy(
    smsc: SmscPeer, config: SmscConfig
) -> None:
    smsc.post("/mode", throttle_first=5)
    async with running(replace(config, throttled_first=0.6, throttled_longest=0.6)) as session:
        assert _outcomes(await _send(session, 5)) == {"throttled": 5}
        began = asyncio.get_running_loop().time()
        assert _outcomes(await _send(session, 5)) == {"accepted": 5}
    # Half of the pause may be jitter; the five refusals of one window count as one.
    assert asyncio.get_running_loop().time() - began > 0.25


async def test_a_permanent_refusal_says_why(smsc: SmscPeer, config: SmscConfig) -> None:
    smsc.post("/mode", refused_numbers={str(FIRST_NUMBER): 0x0B})
    async with running(config) as session:
        (result,) = await _send(session, 1)
    assert (result.outcome, result.status) == (SubmitOutcome.REJECTED, 0x0B)


async def test_a_quiet_link_is_asked_for_a_sign_of_life(smsc: SmscPeer, config: SmscConfig) -> None:
    async with running(replace(config, enquire_after=0.1)) as session:
        await soon(lambda: smsc.get("/stats")["enquire_links"] >= 3)
        assert session.state is LinkState.BOUND
    assert smsc.get("/stats")["connections"] == 1


async def test_a_dead_link_is_dropped_and_made_again(smsc: SmscPeer, config: SmscConfig) -> None:
    smsc.post("/mode", deaf=True)
    impatient = replace(config, enquire_after=0.1, response_timeout=0.2)
    async with running(impatient) as session:
        await soon(lambda: smsc.get("/stats")["binds"] >= 2)
        smsc.post("/mode", deaf=False)
        await _bound(session)


async def test_an_smsc_that_restarts_is_found_again(smsc: SmscPeer, config: SmscConfig) -> None:
    async with running(config) as session:
        await _send(session, 3)
        smsc.stop()
        await soon(lambda: session.state is not LinkState.BOUND)
        assert (await session.submit(part("lost"))).outcome is SubmitOutcome.NOT_SENT
        await asyncio.to_thread(smsc.start)
        assert _outcomes(await _send(session, 2)) == {"accepted": 2}
    assert len(texts_at(smsc)) == 5


async def test_an_smsc_that_unbinds_is_left_and_found_again(
    smsc: SmscPeer, config: SmscConfig
) -> None:
    async with running(config) as session:
        await _bound(session)
        smsc.post("/cut", politely=True)
        await soon(lambda: smsc.get("/stats")["binds"] == 2)
        assert _outcomes(await _send(session, 1)) == {"accepted": 1}


async def test_an_smsc_that_never_answers_the_bind_is_given_up(config: SmscConfig) -> None:
    with silent_smsc() as port:
        async with running(replace(config, port=port, connect_timeout=0.2)) as session:
            await soon(lambda: "no answer" in session.detail)


@pytest.mark.parametrize(
    "garbage",
    [
        "00000014" + "00000077" + "00000000" + "00000009" + "deadbeef",
        "00000014" + "00000005" + "00000000" + "00000009" + "ffffffff",
    ],
    ids=["unknown command", "delivery of nonsense"],
)
async def test_a_pdu_nobody_can_read_is_refused_and_the_link_lives(
    smsc: SmscPeer, config: SmscConfig, garbage: str
) -> None:
    async with running(config) as session:
        await _bound(session)
        smsc.post("/raw", hex=garbage)
        await soon(lambda: smsc.get("/stats")["generic_nacks"] == 1)
        assert _outcomes(await _send(session, 1)) == {"accepted": 1}
    assert smsc.get("/stats")["connections"] == 1


@pytest.mark.parametrize("length", ["00000003", "7fffffff"])
async def test_a_pdu_of_impossible_length_costs_the_link_only(
    smsc: SmscPeer, config: SmscConfig, length: str
) -> None:
    async with running(config) as session:
        await _bound(session)
        smsc.post("/raw", hex=length + "00000005" + "00000000" + "00000009")
        await soon(lambda: smsc.get("/stats")["binds"] == 2)
        assert _outcomes(await _send(session, 1)) == {"accepted": 1}


async def test_a_delivery_that_could_not_be_stored_is_repeated(
    smsc: SmscPeer, config: SmscConfig
) -> None:
    seen: list[bytes] = []

    async def fails_twice(delivery: Delivery) -> None:
        seen.append(delivery.payload)
        if len(seen) <= 2:
            raise OSError("the disk is full")

    async with running(config, fails_twice) as session:
        await _bound(session)
        smsc.post("/deliver", **{"from": "16907910001", "to": "10001", "text": "查询"})
        await soon(lambda: len(smsc.get("/stats")["answers"]) == 3)
    assert smsc.get("/stats")["answers"] == [0x64, 0x64, 0]
    assert seen == ["查询".encode("utf-16-be")] * 3


async def test_a_delivery_is_acknowledged_only_after_it_is_stored(
    smsc: SmscPeer, config: SmscConfig
) -> None:
    stored = asyncio.Event()

    async def slow(_: Delivery) -> None:
        await stored.wait()

    async with running(config, slow) as session:
        await _bound(session)
        smsc.post("/deliver", **{"from": "16907910001", "to": "10001", "text": "查询"})
        # The link goes on working meanwhile, and nothing is acknowledged.
        assert _outcomes(await _send(session, 10)) == {"accepted": 10}
        assert smsc.get("/stats")["answers"] == []
        stored.set()
        await soon(lambda: 0 in smsc.get("/stats")["answers"])


async def test_a_clean_stop_takes_leave_after_the_last_answer(
    smsc: SmscPeer, config: SmscConfig
) -> None:
    smsc.post("/mode", delay_ms=1500)
    async with running(config) as session:
        await _bound(session)
        waiting = [asyncio.create_task(session.submit(part(f"{i}"))) for i in range(3)]
        await soon(lambda: session.in_flight == 3)
    assert _outcomes([await task for task in waiting]) == {"accepted": 3}
    assert smsc.get("/stats")["unbinds"] == 1


async def test_numbers_of_pdus_start_again_at_one(
    smsc: SmscPeer, config: SmscConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(codec, "LAST_SEQUENCE", 4)
    async with running(replace(config, window=1)) as session:
        await _bound(session)
        for _ in range(6):
            assert (await session.submit(part("x"))).outcome is SubmitOutcome.ACCEPTED
    assert smsc.get("/stats")["sequences"] == [2, 3, 4, 1, 2, 3]


async def test_too_many_deliveries_at_once_are_turned_away(
    smsc: SmscPeer, config: SmscConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link, "MOST_DELIVERIES_AT_ONCE", 0)
    async with running(config) as session:
        await _bound(session)
        smsc.post("/deliver", **{"from": "16907910001", "to": "10001", "text": "查询"})
        await soon(lambda: smsc.get("/stats")["answers"])
    assert smsc.get("/stats")["answers"][0] == codec.QUEUE_FULL
