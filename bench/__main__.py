"""`python -m bench --NAME`, which `make bench-NAME` runs."""

import shutil
import sys
from importlib import import_module

BENCHES = {
    "--province": "bench.province.measure",
    "--quick": "bench.quick",
    "--kernel": "bench.kernel",
    "--rating": "bench.rating",
    "--bills": "bench.bills",
    "--import": "bench.imports",
    "--release": "bench.release",
    "--sms": "bench.sms",
    "--hall": "bench.hall",
    "--pages": "bench.pages",
    "--promises": "bench.promises",
    "--network": "bench.network",
    "--month": "bench.month",
    "--duplicates": "bench.duplicates",
    "--archive": "bench.archive",
    "--reading": "bench.reading",
    "--standby": "bench.taking_over",
    "--restoring": "bench.restoring",
    "--credit": "bench.credit",
}

if __name__ == "__main__":
    asked = sys.argv[1:] or ["--quick"]
    if len(asked) != 1 or asked[0] not in BENCHES:
        sys.exit(f"usage: python -m bench [{' | '.join(BENCHES)}]")
    # The settings must stand before anything of the product is loaded.
    scratch = import_module("bench.scratch")
    try:
        import_module(BENCHES[asked[0]]).main()
    finally:
        if not scratch.KEPT:
            shutil.rmtree(scratch.SCRATCH, ignore_errors=True)
