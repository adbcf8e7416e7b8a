"""smpp34's server as a process: `python -m bench.second_smsc PORT MILLISECONDS`."""

import asyncio
import sys
from itertools import count
from typing import Any

import smpp34


async def main(port: int, seconds: float) -> None:
    """Takes every bind and every submit, and answers that much later."""
    server = smpp34.Server(host="127.0.0.1", port=port, system_id="second")
    await server.start()
    sys.stdout.write("listens\n")
    sys.stdout.flush()
    numbers, loop = count(1), asyncio.get_running_loop()
    kept: dict[str, Any] = {}
    while True:
        event = await server.next()
        if isinstance(event, smpp34.Esme):
            kept[event.session_id] = event
        elif isinstance(event, smpp34.SubmitSmEvent):
            message_id = f"{next(numbers):x}"
            if seconds:
                loop.call_later(seconds, event.accept, message_id)
            else:
                event.accept(message_id)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]) / 1000))
