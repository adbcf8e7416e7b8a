"""The SMS process: its binds, its threads to the database, from start to stop."""

import asyncio
import threading
from datetime import UTC, datetime

import uvloop

from wanhao.channels.sms.contracts import SmsConfig
from wanhao.channels.sms.fleet import Fleet
from wanhao.channels.sms.outbox import DatabaseOutbox
from wanhao.channels.sms.ports import Outbox
from wanhao.channels.sms.receiver import Clock, Receiver
from wanhao.channels.sms.sender import House, Sender
from wanhao.channels.sms.session import Session
from wanhao.channels.sms.status import Counters, Report, final_line, report_status, say
from wanhao.channels.sms.thread import BlockingThread

STOP_LOOK_EVERY = 0.05
LANES = 2
"""Threads that answer what customers write; while one waits for the database another works."""


def run_sms(
    stop: threading.Event,
    config: SmsConfig,
    *,
    outbox: Outbox | None = None,
    clock: Clock = lambda: datetime.now(UTC),
    report: Report = say,
) -> None:
    """Sends what is released and stores what comes in, until `stop` is set.

    Survives SMSCs and the database going away; any other error ends it, and the messages then in
    hand are settled at the next start, or by another process.
    """
    kept = outbox or DatabaseOutbox(config)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as loop:
        loop.run(_run(stop, config, kept, clock, report))


async def _run(
    stop: threading.Event, config: SmsConfig, outbox: Outbox, clock: Clock, report: Report
) -> None:
    claims, notes = BlockingThread("claims"), BlockingThread("notes")
    texts = [BlockingThread(f"texts-{lane}") for lane in range(LANES)]
    counters, ending, answers = Counters(), asyncio.Event(), asyncio.Event()
    receiver = Receiver(outbox, notes, texts, counters, clock, answers.set)
    sessions = [Session(bind, receiver.handle) for bind in config.binds]
    house = House(
        outbox=outbox,
        claims=claims,
        notes=notes,
        config=config,
        counters=counters,
        clock=clock,
        stop=ending,
        answers=answers,
    )
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_follow(stop, ending))
            for session in sessions:
                tasks.create_task(session.run(ending))
            tasks.create_task(report_status(sessions, counters, report, ending))
            tasks.create_task(Sender(Fleet(sessions), house).run())
    finally:
        for thread in (claims, notes, *texts):
            thread.finish(outbox.close)
        report(final_line(counters))


async def _follow(stop: threading.Event, ending: asyncio.Event) -> None:
    """Carries the wish to stop from the thread that has it into the loop."""
    while not stop.is_set():
        await asyncio.sleep(STOP_LOOK_EVERY)
    ending.set()
