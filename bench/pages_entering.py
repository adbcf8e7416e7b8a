"""Customers who sign in for `make bench-pages`: from the form to the home page, by a code."""

import asyncio
import random
import re
import time
from typing import Any
from urllib.parse import urlencode

import psycopg

from bench.pages_clients import Connection, header, words

FORM = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
CODE = re.compile(r"\d{6}")
SENT = """
SELECT figures->>'text' FROM wanhao_communications_communicationmessage
WHERE number = %s ORDER BY id DESC LIMIT 1
"""
START = "/hall/sign-in/"


class Somebody:
    """One browser of an address of its own, since an address may ask only so often."""

    def __init__(self, connection: Connection, port: int) -> None:
        self._connection, self._port = connection, port
        self._cookies: dict[str, str] = {}
        self.seconds = 0.0

    async def go(self, path: str, form: dict[str, str] | None = None) -> str:
        """Ask for a page, or send a form and follow where it leads; the page's words."""
        body = urlencode(form).encode() if form else b""
        lines = [
            f"{'POST' if form else 'GET'} {path} HTTP/1.1",
            f"Host: 127.0.0.1:{self._port}",
            "Accept-Encoding: gzip",
            "Accept-Language: zh-CN",
            "Cookie: " + "; ".join(f"{name}={value}" for name, value in self._cookies.items()),
            "Content-Type: application/x-www-form-urlencoded",
            f"Content-Length: {len(body)}",
        ]
        begun = time.perf_counter()
        request = "\r\n".join(lines).encode() + b"\r\n\r\n" + body
        status, head, found = await self._connection.ask(request)
        self.seconds += time.perf_counter() - begun
        for line in head.split(b"\r\n"):
            if line.lower().startswith(b"set-cookie:"):
                name, _, value = line[11:].decode().strip().partition(";")[0].partition("=")
                self._cookies[name] = value
        if status == 302:
            return await self.go(header(head, b"location").decode())
        return words(head, found) if status == 200 else ""


async def sign_in(port: int, who: int, number: int, handset: psycopg.AsyncConnection[Any]) -> float:
    """Seconds that the pages took, the handset not counted; below zero where it went wrong."""
    address = f"127.{1 + who // 60_000}.{who // 250 % 240}.{1 + who % 250}"
    connection = await Connection.to(port, address)
    somebody = Somebody(connection, port)
    form = {"act": "send", "number": str(number), "csrfmiddlewaretoken": ""}
    page = await somebody.go(START)
    for _ in range(2):
        found = FORM.search(page)
        if found is None:
            return -1.0
        form["csrfmiddlewaretoken"] = found[1]
        page = await somebody.go(START + ("?step=code" if "code" in form else ""), form)
        if "code" not in form:
            text = await (await handset.execute(SENT, [number])).fetchone()
            code = CODE.search(text[0]) if text else None
            form = {"act": "enter", "code": code[0] if code else "", "csrfmiddlewaretoken": ""}
    connection.writer.close()
    return somebody.seconds if 'data-figure="balance"' in page else -1.0


async def enter(job: dict[str, Any]) -> dict[str, Any]:
    """Let so many customers a second sign in, each for the first time."""
    rng, due, tasks = random.Random(8), 0.0, []
    handset = await psycopg.AsyncConnection.connect(job["database"], autocommit=True)
    begun = time.perf_counter()

    async def one(who: int, late: float) -> float:
        took = await sign_in(job["port"], who, job["numbers"][who], handset)
        return took + late if took > 0 else -1.0

    for who in range(len(job["numbers"])):
        due += rng.expovariate(job["rate"])
        await asyncio.sleep(max(begun + due - time.perf_counter(), 0))
        tasks.append(asyncio.create_task(one(who, time.perf_counter() - begun - due)))
    took = await asyncio.gather(*tasks)
    await handset.close()
    right = [one for one in took if one > 0]
    return {
        "took": right,
        "wrong": len(took) - len(right),
        "seconds": time.perf_counter() - begun,
    }
