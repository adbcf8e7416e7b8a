"""The language a page is shown in."""

from django.utils.translation import get_language

from wanhao.parties.contracts import Language


def language_of_page() -> Language:
    """The language the page is shown in."""
    return Language.EN if (get_language() or "").startswith("en") else Language.ZH
