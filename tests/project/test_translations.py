import gettext
import os
from pathlib import Path

from wanhao.project.translations import compile_translations

CATALOGUE = """msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\n"

msgid "Balance"
msgstr "余额"
"""


def catalogue(folder: Path) -> Path:
    source = folder / "pages" / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    source.write_text(CATALOGUE)
    return source


def test_a_catalogue_is_compiled_for_gettext(tmp_path: Path) -> None:
    source = catalogue(tmp_path)
    (written,) = compile_translations(tmp_path)
    with written.open("rb") as file:
        assert gettext.GNUTranslations(file).gettext("Balance") == "余额"
    assert sorted(path.name for path in source.parent.iterdir()) == ["django.mo", "django.po"]


def test_only_what_changed_is_compiled_again(tmp_path: Path) -> None:
    source = catalogue(tmp_path)
    compile_translations(tmp_path)
    assert compile_translations(tmp_path) == []
    later = source.stat().st_mtime + 10
    os.utime(source, (later, later))
    assert len(compile_translations(tmp_path)) == 1
