"""How pages and files travel: compressed, and kept where they cannot change."""

import gzip
from http import HTTPStatus

import pytest
from django.http import HttpResponse
from django.templatetags.static import static
from django.test import Client, RequestFactory

from wanhao.pages.design.delivering import Compressing

GZIP = {"accept-encoding": "gzip, deflate, br"}
CSS = "/static/wanhao/base.css"


def body(response: object) -> bytes:
    streamed = getattr(response, "streaming", False)
    return b"".join(response.streaming_content) if streamed else response.content  # type: ignore[attr-defined]


def test_a_page_goes_compressed_to_whoever_understands_it(client: Client, db: None) -> None:
    plain = client.get("/hall/offline/")
    packed = client.get("/hall/offline/", headers=GZIP)
    assert "Content-Encoding" not in plain
    assert packed["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed["Vary"]
    assert len(packed.content) < len(plain.content) / 2
    assert b"</html>" in gzip.decompress(packed.content)


def test_its_length_says_little_since_a_random_one_is_added(client: Client, db: None) -> None:
    page = HttpResponse(b"<p>" + b"x" * 5000)

    def sent() -> int:
        fresh = HttpResponse(page.content)
        request = RequestFactory().get("/", headers=GZIP)
        return len(Compressing(lambda _: fresh)(request).content)

    assert len({sent() for _ in range(30)}) > 5


@pytest.mark.parametrize(
    ("kind", "control"),
    [("text/event-stream", "no-cache, no-transform"), ("image/png", ""), ("application/pdf", "")],
)
def test_events_and_pictures_go_as_they_are(kind: str, control: str) -> None:
    given = HttpResponse(b"x" * 5000, content_type=kind, headers={"Cache-Control": control})
    answer = Compressing(lambda _: given)(RequestFactory().get("/", headers=GZIP))
    assert "Content-Encoding" not in answer


def test_a_file_is_kept_for_a_year_under_the_address_of_its_contents(client: Client) -> None:
    address = static("wanhao/base.css")
    assert address.startswith(f"{CSS}?v=")
    assert client.get(address)["Cache-Control"] == "public, max-age=31536000, immutable"
    for other in (CSS, f"{CSS}?v=000000000000", f"{CSS}?v="):
        assert "immutable" not in client.get(other)["Cache-Control"]


def test_a_file_goes_compressed_and_is_the_same(client: Client) -> None:
    packed = client.get(CSS, headers=GZIP)
    assert packed["Content-Encoding"] == "gzip"
    assert "Content-Length" not in packed
    assert gzip.decompress(body(packed)) == body(client.get(CSS))


def test_an_unchanged_file_is_not_sent_again(client: Client) -> None:
    since = client.get(CSS)["Last-Modified"]
    answer = client.get(CSS, headers={**GZIP, "if-modified-since": since})
    assert answer.status_code == HTTPStatus.NOT_MODIFIED
    assert body(answer) == b""
    head = client.head(CSS, headers=GZIP)
    assert body(head) == b""


def test_a_file_that_is_not_there_has_a_plain_address() -> None:
    assert static("wanhao/nothing.css") == "/static/wanhao/nothing.css"
