"""One target under the fuzzer, in a process of its own: libFuzzer never comes back.

Usage: target NAME CORPUS [libFuzzer's own options]
"""

import sys

import atheris

with atheris.instrument_imports(include=["wanhao", "smpplib"], enable_loader_override=False):
    from tests.fuzzing import smpp, usage_files

TARGETS = {"usage-files": usage_files.check, "smpp": smpp.check}


def main() -> None:
    """Hand over to libFuzzer."""
    name, *options = sys.argv[1:]
    atheris.Setup([sys.argv[0], *options], TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
