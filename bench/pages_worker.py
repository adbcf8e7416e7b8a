"""The process that asks for pages in `make bench-pages`: jobs in, what came of them out, as lines
of JSON."""

import asyncio
import json
import sys

from bench.pages_clients import look
from bench.pages_entering import enter

if __name__ == "__main__":
    for asked in sys.stdin:
        job = json.loads(asked)
        print(json.dumps(asyncio.run(enter(job) if "numbers" in job else look(job))), flush=True)
