"""`make prove`: break the meter in every way there is, and compare."""

import argparse
import os
import shutil
import sys
from importlib import import_module

import django

from tests.proof.folder import new_folder


def main() -> bool:
    """Prove in a folder of its own, which stays when something differs."""
    parser = argparse.ArgumentParser(prog="make prove", description=__doc__)
    parser.add_argument("--kills", type=int, default=int(os.environ.get("PROVE_KILLS", "200")))
    parser.add_argument("--others", type=int, default=int(os.environ.get("PROVE_OTHERS", "20")))
    parser.add_argument("--seed", type=int, default=int(os.environ.get("PROVE_SEED", "1")))
    parser.add_argument("--side-by-side", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only", default="", help="kinds of breakage with this in their name")
    asked = parser.parse_args()
    folder = new_folder()
    os.environ["WANHAO_DATA"] = str(folder)
    os.environ["DATABASE_URL"] = "postgresql://nobody@/nowhere"
    os.environ["DJANGO_SETTINGS_MODULE"] = "wanhao.project.settings"
    django.setup()
    command = import_module("tests.proof.command")
    equal: bool = command.prove(folder, asked)
    if equal:
        shutil.rmtree(folder, ignore_errors=True)
    else:
        print(f"what was different is kept in {folder}")
    return equal


if __name__ == "__main__":
    sys.exit(not main())
