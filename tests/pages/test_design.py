"""The design system: contrast, preferences, translations."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.test import Client, RequestFactory
from django.utils.translation import gettext, override, pgettext
from pytest_django import Settings

import wanhao.pages
from wanhao.pages.design.missing import broken

ROOM = Path(wanhao.pages.__file__).parent
STATIC = ROOM / "static" / "wanhao"
TOKENS = (STATIC / "tokens.css").read_text()
CATALOGUE = ROOM / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
WORDS_ON_GROUNDS = [
    (word, ground)
    for word in ("ink", "ink-2", "blue-ink", "coral-ink", "green-ink", "amber-ink")
    for ground in ("paper", "surface")
] + [
    ("ink", "bubble"),
    ("ink", "blue-wash"),
    ("ink", "coral-wash"),
    ("coral-ink", "coral-wash"),
    ("on-blue", "blue"),
]
SHAPES_ON_GROUNDS = [
    (shape, ground)
    for shape in ("blue", "coral", "green", "amber", "line-2")
    for ground in ("paper", "surface")
]


def blocks() -> dict[str, dict[str, str]]:
    """The colours of each mode, as the style sheet gives them."""
    selectors = {
        "light": ":root {",
        "dark by device": ':root[data-theme="auto"] {',
        "dark by choice": ':root[data-theme="dark"] {',
    }
    found = {}
    for mode, selector in selectors.items():
        body = TOKENS.split(selector, 1)[1].split("}", 1)[0]
        found[mode] = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", body))
    return found


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("mode", ["light", "dark by choice"])
@pytest.mark.parametrize(("word", "ground"), WORDS_ON_GROUNDS)
def test_words_stand_out_from_their_ground(mode: str, word: str, ground: str) -> None:
    colours = blocks()[mode]
    assert contrast(colours[word], colours[ground]) >= 4.5


@pytest.mark.parametrize("mode", ["light", "dark by choice"])
@pytest.mark.parametrize(("shape", "ground"), SHAPES_ON_GROUNDS)
def test_shapes_that_mean_something_stand_out_too(mode: str, shape: str, ground: str) -> None:
    colours = blocks()[mode]
    assert contrast(colours[shape], colours[ground]) >= 2.8


def test_dark_is_the_same_dark_however_it_was_chosen() -> None:
    modes = blocks()
    assert modes["dark by device"] == modes["dark by choice"]
    assert set(modes["dark by choice"]) == set(modes["light"])


def test_every_token_used_is_defined_and_no_colour_is_written_elsewhere() -> None:
    defined = set(re.findall(r"^\s+--([\w-]+):", TOKENS, re.MULTILINE))
    for sheet in STATIC.glob("*.css"):
        text = sheet.read_text()
        assert set(re.findall(r"var\(--([\w-]+)\)", text)) <= defined, sheet.name
        if sheet.name != "tokens.css":
            assert not re.findall(r"#[0-9a-fA-F]{3,8}\b", text), sheet.name


def test_every_size_of_type_grows_with_large_type() -> None:
    for sheet in STATIC.glob("*.css"):
        assert not re.findall(r"font-size: [\d.]+px", sheet.read_text()), sheet.name


def test_every_sentence_is_translated_and_nobody_elses_word_is_used_for_it() -> None:
    with CATALOGUE.open("rb") as file:
        entries = [entry for entry in read_po(file) if entry.id]
    assert len(entries) > 80
    with override("zh-hans"):
        for entry in entries:
            source = entry.id[0] if isinstance(entry.id, tuple) else entry.id
            wanted = entry.string[0] if isinstance(entry.string, tuple) else entry.string
            said = pgettext(entry.context, source) if entry.context else gettext(source)
            assert wanted, source
            if not isinstance(entry.id, tuple):
                assert said == wanted


def test_every_sentence_of_the_templates_is_in_the_catalogue() -> None:
    with CATALOGUE.open("rb") as file:
        known = {
            source
            for entry in read_po(file)
            for source in (entry.id if isinstance(entry.id, tuple) else (entry.id,))
        }
    said = set()
    for template in ROOM.glob("templates/**/*.html"):
        said |= {match[1] for match in re.findall(TRANSLATED, template.read_text())}
    for module in ROOM.glob("**/*.py"):
        said |= set(_sentences(module.read_text()))
    assert len(said) > 60
    assert said <= known


def _sentences(source: str) -> Iterator[str]:
    """What a module gives to gettext, also where it is written in several pieces."""
    for node in ast.walk(ast.parse(source)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args):
            continue
        first = node.args[0]
        if node.func.id in GETTEXT and isinstance(first, ast.Constant):
            yield str(first.value)


GETTEXT = ("_", "gettext", "gettext_lazy", "ngettext")
TRANSLATED = re.compile(r"\{% translate (['\"])(.+?)\1 %\}")


@pytest.fixture
def demo(settings: Settings) -> None:
    settings.DEMO = True


@pytest.mark.django_db
@pytest.mark.usefixtures("demo")
class TestPreferences:
    def test_large_type_is_kept_and_can_be_taken_back(self, client: Client) -> None:
        answer = client.post("/preferences/", {"text": "large", "next": "/"})
        assert (answer.status_code, answer["Location"]) == (302, "/")
        assert 'data-text="large"' in client.get("/").content.decode()
        client.post("/preferences/", {"text": "normal", "next": "/"})
        assert 'data-text="normal"' in client.get("/").content.decode()

    def test_dark_colours_are_kept_beside_large_type(self, client: Client) -> None:
        client.post("/preferences/", {"text": "large"})
        client.post("/preferences/", {"theme": "dark"})
        shown = client.get("/").content.decode()
        assert 'data-theme="dark" data-text="large"' in shown

    def test_what_is_not_understood_changes_nothing(self, client: Client) -> None:
        client.post("/preferences/", {"theme": "pink", "text": "huge"})
        client.cookies["wanhao_theme"] = '"><script>'
        assert 'data-theme="auto" data-text="normal"' in client.get("/").content.decode()

    @pytest.mark.parametrize(
        "elsewhere", ["https://example.org/", "//example.org/", "javascript:1"]
    )
    def test_nobody_is_sent_elsewhere(self, client: Client, elsewhere: str) -> None:
        answer = client.post("/preferences/", {"text": "large", "next": elsewhere})
        assert answer["Location"] == "/"

    def test_a_link_alone_changes_nothing(self, client: Client) -> None:
        assert client.get("/preferences/").status_code == 405

    def test_a_form_of_another_site_is_refused(self) -> None:
        strict = Client(enforce_csrf_checks=True)
        assert strict.post("/preferences/", {"text": "large"}).status_code == 403

    def test_the_language_is_switched_by_a_form(self, client: Client) -> None:
        client.post("/i18n/setlang/", {"language": "en", "next": "/"})
        assert '<html lang="en"' in client.get("/").content.decode()


@pytest.mark.parametrize(
    ("language", "title"), [("zh-hans", "这里什么也没有。"), ("en", "There is nothing here.")]
)
def test_an_address_where_nothing_is_answers_in_the_readers_language(
    client: Client, language: str, title: str
) -> None:
    client.cookies.load({"django_language": language})
    response = client.get("/nowhere/")
    assert response.status_code == 404
    assert title in response.content.decode()


@pytest.mark.parametrize(
    ("path", "back"), [("/hall/nowhere/", "/hall/"), ("/terminal/x/", "/terminal/")]
)
def test_customers_are_not_led_to_the_operators_pages(client: Client, path: str, back: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    page = response.content.decode()
    assert f'href="{back}"' in page
    assert 'href="/"' not in page


def test_a_page_that_is_no_longer_current_says_what_to_do() -> None:
    answer = Client(enforce_csrf_checks=True).post("/hall/sign-in/", {"act": "send"})
    assert answer.status_code == 403
    assert "请返回并刷新页面" in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/hall/places/?words=%00", "/hall/do/halls/?words=%00"])
def test_a_sign_no_database_keeps_is_no_accident(client: Client, path: str) -> None:
    assert client.get(path).status_code in {200, 400}


def test_our_own_accident_is_told_kindly(rf: RequestFactory) -> None:
    answer = broken(rf.get("/hall/"))
    assert answer.status_code == 500
    assert "请稍后再试" in answer.content.decode()
