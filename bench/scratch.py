"""A data folder of its own and Django over it; loaded before anything of the product is.

It is made and removed again. One that BENCH_DATA names is kept, with its database, for a next run.
"""

import os
import tempfile
from pathlib import Path

import django

KEPT = os.environ.get("BENCH_DATA", "")
PLACE = Path(KEPT or os.environ.get("BENCH_SCRATCH", tempfile.gettempdir()))
PLACE.mkdir(parents=True, exist_ok=True)
SCRATCH = PLACE if KEPT else Path(tempfile.mkdtemp(prefix="wanhao-bench-", dir=PLACE))
SCRATCH.chmod(0o755)
os.environ["WANHAO_DATA"] = str(SCRATCH)
os.environ["DJANGO_SETTINGS_MODULE"] = "wanhao.project.settings"

from wanhao.project.postgres import embedded_url  # noqa: E402 - after WANHAO_DATA

os.environ["DATABASE_URL"] = embedded_url(SCRATCH)
django.setup()
