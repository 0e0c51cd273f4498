"""Every word of the page in Danish and English, and none written into a template."""

import re
from pathlib import Path

import pytest

from worklist.page import words
from worklist.page.words import LANGUAGES, written

TEMPLATES = sorted((Path(words.__file__).parents[1] / "templates").glob("*.html"))
KEY = re.compile(r"""\bt\(\s*["']([\w.\-]+)["']\s*[,)]""")
BEGUN = re.compile(r"""\bt\(\s*["']([\w.\-]+)["']\s*~""")
SPOKEN = re.compile(r"[A-Za-zÆØÅæøå]{2,}")
OWN_NAME = {"bovagt", "CSV"}


@pytest.mark.parametrize("key", sorted(written()))
def test_each_text_is_in_both_languages_with_the_same_blanks(key: str) -> None:
    said = written()[key]
    assert set(said) == set(LANGUAGES)
    assert all(text.strip() for text in said.values())
    blanks = [set(re.findall(r"{(\w*)}", text)) for text in said.values()]
    assert blanks[0] == blanks[1]


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_a_template_says_only_what_is_written_in_both_languages(template: Path) -> None:
    text = template.read_text("utf-8")
    assert [key for key in KEY.findall(text) if key not in written()] == []
    assert [begun for begun in BEGUN.findall(text) if not any(key.startswith(begun) for key in written())] == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_a_template_holds_no_words_of_its_own(template: Path) -> None:
    text = template.read_text("utf-8")
    for code in (r"{#.*?#}", r"{%.*?%}", r"{{.*?}}", r"<[^>]*>", r"&\w+;"):
        text = re.sub(code, " ", text, flags=re.DOTALL)
    assert set(SPOKEN.findall(text)) - OWN_NAME == set()


def test_no_template_carries_a_style_or_a_script_of_its_own() -> None:
    for template in TEMPLATES:
        text = template.read_text("utf-8")
        assert not re.search(r"\sstyle=|<style|\son\w+=|<script(?![^>]*\bsrc=\"/static/)", text), template.name
