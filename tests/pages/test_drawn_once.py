"""Parts of pages that are drawn once and remembered: each still fits who reads it, and where."""

import pytest
from django.template import Context, Template
from django.template.loader import render_to_string
from django.utils import translation

BAR = Template("{% load wanhao_hall %}{% hall_bar %}")
OFFLINE = Template("{% load wanhao_hall %}{% hall_offline %}")


def bar(at: str) -> str:
    return BAR.render(Context({"bar": at}))


def current(shown: str) -> list[str]:
    """The addresses that are marked as the present place."""
    return [part.split('href="')[-1].split('"')[0] for part in shown.split(' aria-current="page"')][
        :-1
    ]


@pytest.mark.parametrize(
    ("at", "marked"),
    [
        ("hall-home", ["/hall/"]),
        ("/hall/", ["/hall/"]),
        ("hall-service", ["/hall/service/"]),
        ("/hall/me/", ["/hall/me/"]),
        ("none", []),
    ],
)
def test_the_bar_marks_where_somebody_is(at: str, marked: list[str]) -> None:
    for _ in range(2):
        assert current(bar(at)) == marked


def test_each_reads_the_bar_and_the_notices_in_their_language() -> None:
    for _ in range(2):
        with translation.override("en"):
            assert "Get done" in bar("hall-home")
            assert "Offline" in OFFLINE.render(Context())
        with translation.override("zh-hans"):
            assert "Get done" not in bar("hall-home")
            assert "Offline" not in OFFLINE.render(Context())


@pytest.mark.parametrize(("icon", "tone"), [("moon", ""), ("alert", "tone-need")])
def test_an_icon_is_that_of_the_shared_template(icon: str, tone: str) -> None:
    drawn = Template("{% load wanhao_pages %}{% icon icon tone %}")
    wanted = render_to_string("wanhao/_icon.html", {"icon": icon, "tone": tone})
    for _ in range(2):
        assert drawn.render(Context({"icon": icon, "tone": tone})) == wanted
