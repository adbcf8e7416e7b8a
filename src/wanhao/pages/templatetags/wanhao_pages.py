"""Filters for figures and times in templates, and icons."""

from functools import lru_cache

from django import template
from django.template.loader import render_to_string

from wanhao.pages.console.mistake_words import in_words
from wanhao.pages.design import speech

register = template.Library()
MOST_ICONS = 512
register.filter("thousands", speech.thousands)
register.filter("clock", speech.clock)
register.filter("duration", speech.duration)
register.filter("rate", speech.rate)
register.filter("files", speech.files)
register.filter("money", speech.money)
register.filter("in_words", in_words)


@register.simple_tag
@lru_cache(maxsize=MOST_ICONS)
def icon(icon: str, tone: str = "") -> str:
    """An icon of the sheet in one of the tones; drawn once, as a page has a dozen of them."""
    return render_to_string("wanhao/_icon.html", {"icon": icon, "tone": tone})
