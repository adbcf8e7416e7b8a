"""Browsers for `make bench-pages`, in a process of their own: they ask by a timetable that waits
for nobody, or as fast as they are answered.

What came of it is seconds from when each answer was due (or was asked for, at full speed) to its
last octet.
"""

import asyncio
import gzip
import random
import time
from collections import deque
from dataclasses import dataclass
from typing import Any

END = b"\r\n\r\n"
Answer = tuple[int, bytes, bytes]


@dataclass(slots=True)
class Connection:
    """One connection that is kept; from one address of this machine, as from one household."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @classmethod
    async def to(cls, port: int, address: str = "127.0.0.1") -> "Connection":
        return cls(*await asyncio.open_connection("127.0.0.1", port, local_addr=(address, 0)))

    async def ask(self, request: bytes) -> Answer:
        """Status, head and body."""
        self.writer.write(request)
        head = await self.reader.readuntil(END)
        length = int(header(head, b"content-length") or 0)
        body = await self.reader.readexactly(length)
        return int(head[9:12]), head, body


def header(head: bytes, name: bytes) -> bytes:
    """The value of a header, empty where there is none."""
    for line in head.split(b"\r\n")[1:]:
        found, _, value = line.partition(b":")
        if found.lower() == name:
            return value.strip()
    return b""


def words(head: bytes, body: bytes) -> str:
    """A page as text."""
    packed = header(head, b"content-encoding") == b"gzip"
    return (gzip.decompress(body) if packed else body).decode()


def page(path: str, cookie: str, port: int) -> bytes:
    """A browser's request for a page."""
    lines = (
        f"GET {path} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Accept: text/html",
        "Accept-Encoding: gzip",
        "Accept-Language: zh-CN",
        f"Cookie: {cookie}",
    )
    return "\r\n".join(lines).encode() + END


class Browsers:
    """Customers who are signed in and look at one page, on connections that are kept."""

    def __init__(self, job: dict[str, Any]) -> None:
        self.port = job["port"]
        self.requests = [page(job["path"], one["cookie"], self.port) for one in job["customers"]]
        self.wanted = [one["says"] for one in job["customers"]]
        self.idle: deque[Connection] = deque()
        self.took: list[float] = []
        self.wrong = 0

    async def look(self, who: int, due: float, *, read: bool = False) -> None:
        """Ask for the page; `read`: it must say what this customer has."""
        try:
            connection = await self._connection()
            status, head, body = await connection.ask(self.requests[who])
            self.took.append(time.perf_counter() - due)
            self.idle.append(connection)
            shown = words(head, body) if read else ""
            self.wrong += status != 200 or any(one not in shown for one in self.wanted[who] if read)
        except (OSError, asyncio.IncompleteReadError):
            self.wrong += 1

    async def _connection(self) -> Connection:
        """One that the server has not closed meanwhile, as a browser would take."""
        while self.idle:
            kept = self.idle.pop()
            if not kept.reader.at_eof():
                return kept
            kept.writer.close()
        return await Connection.to(self.port)

    async def everybody_reads(self) -> None:
        """Each once, and what it says is looked at."""
        for who in range(len(self.requests)):
            await self.look(who, time.perf_counter(), read=True)

    async def by_timetable(self, rate: float, seconds: float) -> float:
        """So many a second at random moments, whoever is answered or not."""
        rng = random.Random(7)
        begun, due, tasks = time.perf_counter(), 0.0, []
        while (due := due + rng.expovariate(rate)) < seconds:
            await asyncio.sleep(max(begun + due - time.perf_counter(), 0))
            who = rng.randrange(len(self.requests))
            tasks.append(asyncio.create_task(self.look(who, begun + due)))
        await asyncio.gather(*tasks)
        return time.perf_counter() - begun

    async def at_full_speed(self, at_once: int, seconds: float) -> float:
        """So many ask, each again once it is answered."""
        begun = time.perf_counter()

        async def one(first: int) -> None:
            who = first
            while (now := time.perf_counter()) - begun < seconds:
                await self.look(who % len(self.requests), now)
                who += at_once

        await asyncio.gather(*(one(first) for first in range(at_once)))
        return time.perf_counter() - begun


async def look(job: dict[str, Any]) -> dict[str, Any]:
    """Let customers look at a page; before full speed each reads it once."""
    browsers = Browsers(job)
    if "rate" in job:
        seconds = await browsers.by_timetable(job["rate"], job["seconds"])
    else:
        await browsers.everybody_reads()
        browsers.took.clear()
        seconds = await browsers.at_full_speed(job["at_once"], job["seconds"])
    return {"took": browsers.took, "wrong": browsers.wrong, "seconds": seconds}
