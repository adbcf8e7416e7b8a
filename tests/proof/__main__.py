"""`make prove`: break the meter in every way there is, and compare."""

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

import django

FOLDER = Path(tempfile.mkdtemp(prefix="wanhao-proof-"))
FOLDER.chmod(0o755)  # PostgreSQL may run as another user
os.environ["WANHAO_DATA"] = str(FOLDER)
os.environ["DATABASE_URL"] = "postgresql://nobody@/nowhere"
os.environ["DJANGO_SETTINGS_MODULE"] = "wanhao.project.settings"
django.setup()

from tests.proof.command import main  # noqa: E402 - Django must be set up first

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="make prove", description=__doc__)
    parser.add_argument("--kills", type=int, default=int(os.environ.get("PROVE_KILLS", "200")))
    parser.add_argument("--others", type=int, default=int(os.environ.get("PROVE_OTHERS", "20")))
    parser.add_argument("--seed", type=int, default=int(os.environ.get("PROVE_SEED", "1")))
    parser.add_argument("--only", default="", help="one kind of breakage")
    asked = parser.parse_args()
    proven = main(FOLDER, asked.kills, asked.others, asked.seed, asked.only)
    if proven:
        shutil.rmtree(FOLDER, ignore_errors=True)
    sys.exit(not proven)
