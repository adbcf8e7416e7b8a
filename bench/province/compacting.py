"""A process of its own that compacts the archive as on the morning after.

`python -m bench.province.compacting` in the environment of a meter; prints seconds, the records
that were compacted, and their octets.
"""

import json
import time
from datetime import UTC, datetime, timedelta

import django

django.setup()

from bench.world import MID_MONTH  # noqa: E402 - Django must be set up first
from wanhao.project.env import environment  # noqa: E402
from wanhao.usage.archive.daily import keep_archive  # noqa: E402
from wanhao.usage.folders import Folders  # noqa: E402

MONTHS = 5


def main() -> None:
    """The days before tomorrow, in one go."""
    folders = Folders(environment().data / "usage")
    tomorrow = datetime.fromtimestamp(MID_MONTH, UTC) + timedelta(days=1)
    began = time.perf_counter()
    manifest = keep_archive(folders, tomorrow, MONTHS)
    seconds = time.perf_counter() - began
    records, octets = (sum(getattr(p, name) for p in manifest.parts) for name in ("rows", "octets"))
    print(json.dumps({"seconds": seconds, "records": records, "octets": octets}))


if __name__ == "__main__":
    main()
