"""`python -m bench --quick`, which `make bench-quick` runs."""

import sys

from bench import quick

if __name__ == "__main__":
    if sys.argv[1:] not in ([], ["--quick"]):
        sys.exit("usage: python -m bench [--quick]")
    quick.main()
