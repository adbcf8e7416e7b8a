"""Style sheets and scripts that travel as one file."""

import gzip
import re
from http import HTTPStatus
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.templatetags.static import static
from django.test import Client
from pytest_django import Settings

from wanhao.pages.design.bundles import BUNDLES, bundle_of
from wanhao.pages.design.static_addresses import VersionedStorage

HALL = "wanhao/bundles/hall.css"
SCRIPT = "wanhao/bundles/hall.js"
LINKED = re.compile(r'<link rel="stylesheet" href="([^"]+)"|<script src="([^"]+)"')


def linked(page: str) -> list[str]:
    return [style or script for style, script in LINKED.findall(page)]


@pytest.mark.parametrize("name", BUNDLES)
def test_a_bundle_has_all_its_parts_in_their_order(client: Client, name: str) -> None:
    address = static(name)
    assert "?v=" in address
    answer = client.get(address)
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer["Content-Type"].startswith("text/css" if name.endswith("css") else "text/java")
    at = 0
    for part in BUNDLES[name]:
        found = finders.find(part)
        assert isinstance(found, str)
        at = answer.content.index(Path(found).read_bytes(), at) + 1


@pytest.mark.parametrize("name", [name for name in BUNDLES if name.endswith(".css")])
def test_no_part_of_a_bundle_asks_for_a_file_beside_it(name: str) -> None:
    joined = bundle_of(name) or b""
    for word in (b"url(", b"@import", b"@charset"):
        assert word not in joined


def test_a_bundle_of_other_contents_is_not_kept_for_long(client: Client) -> None:
    for other in ("", "?v=", "?v=000000000000"):
        assert "immutable" not in client.get(f"/static/{HALL}{other}")["Cache-Control"]


def test_a_bundle_goes_compressed_and_is_not_sent_again_unchanged(client: Client) -> None:
    packed = client.get(static(HALL), headers={"accept-encoding": "gzip"})
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == bundle_of(HALL)
    again = client.get(static(HALL), headers={"if-none-match": packed["ETag"]})
    assert again.status_code == HTTPStatus.NOT_MODIFIED
    assert client.post(static(HALL)).status_code == HTTPStatus.METHOD_NOT_ALLOWED


def test_the_hall_asks_for_one_style_sheet_and_one_script(client: Client, db: None) -> None:
    page = client.get("/hall/offline/").content.decode()
    assert linked(page) == [static(HALL), static(SCRIPT)]


def test_bundles_are_collected_for_a_web_server_in_front(
    settings: Settings, tmp_path: Path
) -> None:
    settings.STATIC_ROOT = tmp_path
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    for name in BUNDLES:
        assert (tmp_path / name).read_bytes() == bundle_of(name)
    assert len(list((tmp_path / "wanhao/bundles").iterdir())) == len(BUNDLES)
    assert isinstance(VersionedStorage().url(HALL), str)
