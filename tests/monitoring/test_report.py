"""The record's documents: every number is one of the night's, in both languages, the same in HTML and PDF."""

import io
import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from pypdf import PdfReader

from monitoring.records import Measured
from monitoring.report import numbers
from monitoring.report.document import DOCUMENTS, document, written
from monitoring.report.html import html_of
from monitoring.report.known import Known
from monitoring.report.pdf import pdf_of
from monitoring.report.phrases import group_name, measure_name, stage_name
from monitoring.report.phrases import written as written_words
from tests.flows.report_example import kept

DAY = date(2026, 1, 1)


@pytest.fixture(scope="module")
def known() -> Known:
    return kept()


class _Page(HTMLParser):
    """The tags in order, and the cells of every row."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.rows: list[list[str]] = []
        self._in_cell = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "tr":
            self.rows.append([])
        self._in_cell = tag in ("td", "th")
        if self._in_cell:
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        self._in_cell = self._in_cell and tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        if self._in_cell:
            self.rows[-1][-1] += data


def _page(name: str, known: Known, language: str = "da") -> _Page:
    page = _Page()
    page.feed(html_of(document(name, known, language)).decode())
    return page


def _named(record: Measured, known: Known, language: str) -> list[str]:
    return [measure_name(record, known, language), stage_name(record.stage, language)]


@pytest.mark.parametrize("language", ["da", "en"])
def test_each_number_of_the_measures_is_the_record_s_own(known: Known, language: str) -> None:
    rows = _page("model_card", known, language).rows
    people = [each for each in known.records if not each.group.startswith("feed=")]
    assert len(people) > 20
    for record in people:
        expected = [
            numbers.counted(record, language),
            numbers.measured(record, language),
            numbers.interval(record, language),
            numbers.reference(record, language),
        ]
        named = list(group_name(record, known, language)) if record.group else _named(record, known, language)
        assert [*named, *expected] in rows, record


def test_a_share_is_written_from_numerator_and_denominator_alone() -> None:
    record = Measured(DAY, "listed_share", 20.0, 1400.0, "listed", "sex=F", 0.009, 0.022, 0.02)
    told = [write(record, "da") for write in (numbers.counted, numbers.measured, numbers.interval, numbers.reference)]
    assert told == ["20 af 1.400", "1,4 %", "0,9 % – 2,2 %", "2,0 %"]
    assert numbers.measured(record, "en") == "1.4%"
    assert numbers.measured(Measured(DAY, "tenancies", 1919.0, 1.0, "none"), "da") == "1.919"
    assert numbers.measured(Measured(DAY, "ratio", 3.0, 2.0), "da") == "1,50"


def test_what_is_withheld_is_told_as_too_few_with_nothing_beside_it(known: Known) -> None:
    hidden = Measured(DAY, "listed_share", None, None, "listed", "age_band=18-24+25-39", 0.1, 0.4, None)
    (row,) = [row for row in _page("model_card", replace(known, records=[hidden])).rows if row[:1] == ["Alder"]]
    assert row == ["Alder", "18-24 + 25-39", "for få til at vise", "for få til at vise", "–", "–"]


def test_a_measure_nobody_wrote_words_for_stands_as_its_code(known: Known) -> None:
    new = Measured(DAY, "brand_new", 50.0, 100.0, "later", "colour=red", 0.4, 0.6, None, "look")
    text = html_of(document("model_card", replace(known, records=[new]), "da")).decode()
    assert all(code in text for code in ("brand_new", "later", "colour", "red", "50,0 %", "se efter"))


def test_landlords_are_numbered_and_65_and_over_is_one_group(known: Known) -> None:
    records = [
        Measured(DAY, "listed_share", 10.0, 100.0, "listed", "landlord=Hans Hansen"),
        Measured(DAY, "listed_share", 10.0, 100.0, "listed", "age_band=40-64+65+"),
    ]
    text = html_of(document("model_card", replace(known, records=records), "da")).decode()
    assert "Hans Hansen" not in text
    assert "Afsender 1" in text
    assert "40-64 + 65+" in text


def test_the_gate_names_no_landlord(known: Known) -> None:
    assert known.card is not None
    says = "Længst fra er landlord=Hans Hansen (Jens Jensen): 0.50 [0.30, 0.70]."
    condition = {"name": "recall_parity", "holds": False, "required": True, "says": says, "says_da": says}
    card = {**known.card, "gate": {"rule": "strict", "open": False, "conditions": [condition]}}
    text = html_of(document("model_card", replace(known, card=card), "da")).decode()
    assert "Længst fra er en udlejer: 0.50 [0.30, 0.70]." in text


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_pdf_says_the_cells_of_the_html(known: Known, name: str) -> None:
    made = document(name, known, "da")
    read = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf_of(made, known.as_of))).pages)
    squeezed = re.sub(r"\s", "", read)
    cells = {cell for row in _page(name, known).rows for cell in row if any(map(str.isdigit, cell))}
    missing = {cell for cell in cells if len(cell) < 60 and re.sub(r"\s", "", cell) not in squeezed}
    assert missing == set()


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("name", DOCUMENTS)
def test_pages_are_ordered_and_ask_nothing_of_anybody(known: Known, name: str, language: str) -> None:
    page = _page(name, known, language)
    tags = [tag for tag, _ in page.tags]
    assert dict(page.tags[0][1]) == {"lang": language}
    levels = [int(tag[1]) for tag in tags if re.fullmatch(r"h\d", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert tags.count("caption") == tags.count("table") > 0
    assert all(attributes.get("scope") in ("col", "row") for tag, attributes in page.tags if tag == "th")
    assert not {"script", "img", "link", "iframe"} & set(tags)
    assert not any({"src", "href"} & set(attributes) for _, attributes in page.tags)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_text_is_there_in_both_languages_with_the_same_blanks(name: str) -> None:
    said = written(name)
    told = [
        said["title"],
        said["subtitle"],
        *(next(iter(part.values())) for part in said["part"] if "table" not in part),
    ]
    for words in [*told, *written_words().values()]:
        assert set(words) == {"da", "en"}
        assert all(words.values())
        da, en = (re.findall(r"\{(\w+)\}", str(words[language])) for language in ("da", "en"))
        assert sorted(da) == sorted(en)
