"""`python -m bench --quick` and `--import`, which `make bench-quick` and `make bench-import` run."""

import sys
from importlib import import_module

MEASURES = {"--quick": "bench.quick", "--import": "bench.imports"}

if __name__ == "__main__":
    wanted = sys.argv[1:] or ["--quick"]
    if len(wanted) != 1 or wanted[0] not in MEASURES:
        sys.exit(f"usage: python -m bench [{' | '.join(MEASURES)}]")
    import_module(MEASURES[wanted[0]]).main()
