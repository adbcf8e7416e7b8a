"""What comes while one call is under way goes with the next, in order."""

import asyncio

import pytest

from wanhao.channels.sms.batches import Batches


class Slow:
    """Takes batches one at a time, each when it is allowed to."""

    def __init__(self) -> None:
        self.taken: list[list[int]] = []
        self.may_go = asyncio.Event()

    async def work(self, items: list[int]) -> list[int]:
        self.taken.append(items)
        await self.may_go.wait()
        if 13 in items:
            raise ValueError("unlucky")
        return [item * 10 for item in items]


async def _all_wait(slow: Slow, collected: Batches[int, int], *items: int) -> list[asyncio.Task]:
    tasks = [asyncio.create_task(collected.do(item)) for item in items]
    while not slow.taken:
        await asyncio.sleep(0)
    return tasks


async def test_each_gets_its_own_result() -> None:
    slow = Slow()
    collected = Batches(slow.work)
    first = await _all_wait(slow, collected, 1)
    later = await _all_wait(slow, collected, 2, 3, 4)
    await asyncio.sleep(0)
    slow.may_go.set()
    assert await asyncio.gather(*first, *later) == [10, 20, 30, 40]
    assert slow.taken == [[1], [2, 3, 4]]


async def test_a_batch_that_fails_fails_for_everyone_in_it_and_the_next_goes_on() -> None:
    slow = Slow()
    collected = Batches(slow.work)
    first = await _all_wait(slow, collected, 1)
    unlucky = await _all_wait(slow, collected, 12, 13)
    await asyncio.sleep(0)
    slow.may_go.set()
    assert await asyncio.gather(*first) == [10]
    for task in unlucky:
        with pytest.raises(ValueError, match="unlucky"):
            await task
    assert await collected.do(5) == 50


async def test_a_batch_has_a_limit() -> None:
    slow = Slow()
    collected = Batches(slow.work, most=2)
    tasks = await _all_wait(slow, collected, 1, 2, 3, 4, 5)
    slow.may_go.set()
    assert await asyncio.gather(*tasks) == [10, 20, 30, 40, 50]
    assert max(len(taken) for taken in slow.taken) == 2
