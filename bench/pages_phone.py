"""How soon a cheap phone on a slow network can use the hall's home, in Chromium.

The network is a relay that holds every octet back: 1.6 Mbit/s down, 0.75 Mbit/s up, 150 ms there
and back, and the same once more to open a connection. Unlike the browser's own throttling it holds
for the service worker, too. The processor is slowed down four times by the browser.
"""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.pages.browser import start_browser

RTT, DOWN, UP = 0.150, 200_000, 93_750
PIECE = 1_460
SLOWER = 4
QUIET_MS = 2_000
WATCH = """
window.longTasks = [];
new PerformanceObserver((list) => window.longTasks.push(...list.getEntries().map(
    (one) => one.startTime + one.duration))).observe({type: "longtask", buffered: true});
"""
USABLE = """() => {
  const [page] = performance.getEntriesByType("navigation");
  const painted = performance.getEntriesByName("first-contentful-paint")[0];
  return [Math.max(page.domContentLoadedEventEnd, painted ? painted.startTime : 0,
                   ...window.longTasks), painted ? painted.startTime : 0];
}"""

Visit = tuple[float, float, float]


@dataclass(slots=True)
class Way:
    """One direction of the network, shared by all connections."""

    rate: float
    octets: int = 0
    free: float = 0.0

    def arrives(self, now: float, size: int) -> float:
        """When so many octets that are sent now are there."""
        self.octets += size
        self.free = max(self.free, now) + size / self.rate
        return self.free + RTT / 2


class Relay:
    """A slow network before one port."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.down, self.up = Way(DOWN), Way(UP)
        self.port = 0

    async def run(self, ready: threading.Event, stop: asyncio.Event) -> None:
        """Relay until told to stop."""
        server = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        async with server:
            await stop.wait()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(RTT)
        inner, outer = await asyncio.open_connection("127.0.0.1", self._port)
        await asyncio.gather(
            self._pass(reader, outer, self.up), self._pass(inner, writer, self.down)
        )

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, way: Way
    ) -> None:
        clock = asyncio.get_running_loop().time
        under_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

        async def deliver() -> None:
            while True:
                at, piece = await under_way.get()
                await asyncio.sleep(at - clock())
                if not piece:
                    break
                writer.write(piece)
            writer.close()

        delivering = asyncio.create_task(deliver())
        try:
            while piece := await reader.read(PIECE):
                under_way.put_nowait((way.arrives(clock(), len(piece)), piece))
        except ConnectionError:
            pass
        under_way.put_nowait((clock(), b""))
        await asyncio.wait([delivering])


@contextmanager
def slow_network(port: int) -> Iterator[Relay]:
    """A relay in a thread of its own."""
    relay, ready, loop = Relay(port), threading.Event(), asyncio.new_event_loop()
    stop = asyncio.Event()
    thread = threading.Thread(target=lambda: loop.run_until_complete(relay.run(ready, stop)))
    thread.daemon = True
    thread.start()
    ready.wait()
    try:
        yield relay
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(5)


def visits(port: int, cookie: str, phones: int = 5) -> tuple[list[Visit], list[Visit]]:
    """The first visit of some phones, and the second of each: seconds until the page can be used,
    seconds until something is seen, and octets both ways, headers included."""
    with slow_network(port) as relay, sync_playwright() as started:
        browser = start_browser(started)
        both = [_phone(browser, relay, cookie) for _ in range(phones)]
        browser.close()
    return [first for first, _ in both], [again for _, again in both]


def _phone(browser: Browser, relay: Relay, cookie: str) -> tuple[Visit, Visit]:
    name, _, value = cookie.partition("=")
    url = f"http://127.0.0.1:{relay.port}"
    context = browser.new_context(
        viewport={"width": 360, "height": 640},
        device_scale_factor=2,
        is_mobile=True,
        has_touch=True,
        locale="zh-CN",
    )
    context.set_default_timeout(120_000)
    context.add_init_script(WATCH)
    context.add_cookies([{"name": name, "value": value, "url": url}])
    both = _visit(context, relay, url), _visit(context, relay, url)
    context.close()
    return both


def _visit(context: BrowserContext, relay: Relay, url: str) -> Visit:
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    before = relay.down.octets + relay.up.octets
    page.goto(url + "/hall/", wait_until="load")
    page.wait_for_timeout(QUIET_MS)
    usable: list[Any] = page.evaluate(USABLE)
    # What the worker fetches for later comes after that, and counts as octets.
    page.wait_for_timeout(2 * QUIET_MS)
    octets = relay.down.octets + relay.up.octets - before
    page.close()
    return usable[0] / 1000, usable[1] / 1000, octets
