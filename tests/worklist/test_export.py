"""The list as programs and people get it: the contract's columns, real dates, and no cell that runs as a formula."""

import io
import json
import re
import zipfile
from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from warehouse.vocabulary import FEEDS as warehouse_feeds  # noqa: N811
from worklist.changes import SCHEMA as CHANGED
from worklist.export import FOR_PEOPLE, LIST_COLUMNS, csv_bytes, in_language, json_bytes, parquet_bytes
from worklist.wording import BANDS, DEADLINE_KINDS, FEEDS, HEADINGS, STAGES, band, freshness
from worklist.workbook import workbook_bytes

AS_OF = date(2026, 3, 10)


@pytest.fixture
def listed() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "section": ["deadline", "early_warning"],
            "position": [1, 1],
            "landlord": ["Birkely", "=HYPERLINK(1)"],
            "tenancy_no": ["010-1", "-2+3"],
            "stage": ["court", "arrears"],
            "next_deadline": [date(2026, 3, 12), None],
            "days_left": [2, None],
            "arrears_dkk": [Decimal("12345.50"), Decimal("0.00")],
            "months_owed": [2.1, 0.0],
            "score_band": ["very_high", "low"],
            "reasons_da": [["Skylder 12.345,50 kr.", "Påkrav 1. marts 2026."], ["En", "To", "Tre", "Fire", "Fem"]],
            "reasons_en": [["Owes DKK 12,345.50."], ["One", "Two", "Three", "Four", "Five"]],
            "children": [True, None],
            "freshness_da": ["Husleje: 2 dage", "Husleje: mangler"],
            "freshness_en": ["Rent ledger: 2 days", "Rent ledger: missing"],
            "exploration": [False, True],
            "deadline_kind": ["court_hearing", None],
        }
    )


def test_the_list_has_the_contracts_columns_in_both_languages(listed: pl.DataFrame) -> None:
    danish, english = in_language(listed, "da"), in_language(listed, "en")
    assert tuple(danish.columns) == tuple(english.columns) == LIST_COLUMNS
    assert danish["score_band"].to_list() == ["meget høj", "lav"]
    assert english["score_band"].to_list() == ["very high", "low"]


def test_a_drawn_tenancy_says_so_and_has_five_reasons_at_most(listed: pl.DataFrame) -> None:
    reasons = in_language(listed, "da")["reasons"].to_list()[1]
    assert len(reasons) == 5
    assert reasons[:4] == ["En", "To", "Tre", "Fire"]
    assert "lodtrækning" in reasons[4]


def test_csv_is_the_standard_layout_and_runs_no_formula(listed: pl.DataFrame) -> None:
    lines = csv_bytes(in_language(listed, "da")).decode("utf-8").splitlines()
    assert lines[0] == ";".join(LIST_COLUMNS)
    assert lines[1].startswith("deadline;1;Birkely;010-1;court;2026-03-12;2;12345.50;2.1;meget høj;")
    assert "Skylder 12.345,50 kr. | Påkrav 1. marts 2026." in lines[1]
    assert ";'=HYPERLINK(1);'-2+3;" in lines[2]


def test_json_has_iso_dates_numbers_and_lists(listed: pl.DataFrame) -> None:
    first = json.loads(json_bytes(in_language(listed, "en")))[0]
    assert list(first) == list(LIST_COLUMNS)
    assert (first["next_deadline"], first["arrears_dkk"], first["children"]) == ("2026-03-12", 12345.5, True)
    assert first["reasons"] == ["Owes DKK 12,345.50."]


def test_the_workbook_reads_back_with_dates_amounts_and_text(listed: pl.DataFrame) -> None:
    content = workbook_bytes(in_language(listed, "da"), AS_OF, "da")
    sheets = pl.read_excel(io.BytesIO(content), sheet_id=0)
    assert list(sheets) == ["Frister", "Tidlig advarsel"]
    deadline = sheets["Frister"]
    assert deadline["Næste frist"].to_list() == [date(2026, 3, 12)]
    assert deadline["Restance, kr."].to_list() == [12345.5]
    assert deadline["Grunde"].to_list() == ["Skylder 12.345,50 kr.\nPåkrav 1. marts 2026."]
    assert deadline["Børn"].to_list() == ["ja"]
    assert sheets["Tidlig advarsel"]["Udlejer"].to_list() == ["=HYPERLINK(1)"]


def test_the_workbook_says_what_the_deadline_is_of_and_the_contract_stays_as_it_is(listed: pl.DataFrame) -> None:
    told = in_language(listed, "da", also=FOR_PEOPLE)
    assert tuple(told.columns) == (*LIST_COLUMNS, *FOR_PEOPLE)
    sheet = pl.read_excel(io.BytesIO(workbook_bytes(told, AS_OF, "da")), sheet_name="Frister")
    assert sheet.columns[4:7] == ["Næste frist", "Frist for", "Dage til"]
    assert sheet["Frist for"].to_list() == ["fogedmøde"]


def test_the_workbook_says_what_speaks_against_and_what_changed(listed: pl.DataFrame) -> None:
    answered = listed.with_columns(against_da=pl.Series([["Der er aftalt en afdragsordning."], []]))
    told = in_language(answered, "da", also=FOR_PEOPLE)
    changed = {name: [None] for name in CHANGED} | {"change": ["gone"], "section_before": ["early_warning"]}
    changed |= {"landlord": ["Birkely"], "tenancy_no": ["=1+1"], "position_before": [4]}
    changed |= {"reasons_da": [["Der er betalt."]]}
    content = workbook_bytes(told, AS_OF, "da", pl.DataFrame(changed, schema=CHANGED))
    sheets = pl.read_excel(io.BytesIO(content), sheet_id=0)
    assert list(sheets) == ["Frister", "Tidlig advarsel", "Ændringer"]
    assert sheets["Frister"]["Taler imod"].to_list() == ["Der er aftalt en afdragsordning."]
    changes = sheets["Ændringer"].select("Ændring", "Før", "Lejemål", "Nr. før", "Hvorfor").rows()
    assert changes == [("gået ud", "Tidlig advarsel", "=1+1", 4, "Der er betalt.")]
    assert "<f>" not in _sheet_xml(content, 3)
    with_none = in_language(listed, "da", also=FOR_PEOPLE)
    assert with_none["against"].to_list() == [None, None]  # a list that was published before this was told


def _sheet_xml(content: bytes, number: int = 1) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return book.read(f"xl/worksheets/sheet{number}.xml").decode("utf-8")


def test_the_workbook_is_ready_to_filter_and_to_print(listed: pl.DataFrame) -> None:
    content = workbook_bytes(in_language(listed, "da"), AS_OF, "da")
    xml = _sheet_xml(content)
    assert '<pane xSplit="3" ySplit="1"' in xml
    assert 'state="frozen"' in xml
    assert '<autoFilter ref="A1:L2"/>' in xml
    assert 'paperSize="9"' in xml
    assert 'orientation="landscape"' in xml
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        assert "'Tidlig advarsel'!$1:$1" in book.read("xl/workbook.xml").decode("utf-8")


@pytest.mark.parametrize("number", [1, 2])
def test_no_cell_of_the_workbook_is_a_formula_or_a_link(listed: pl.DataFrame, number: int) -> None:
    xml = _sheet_xml(workbook_bytes(in_language(listed, "da"), AS_OF, "da"), number)
    assert "<f>" not in xml
    assert "hyperlink" not in xml


def test_a_row_is_high_enough_for_all_its_reasons(listed: pl.DataFrame) -> None:
    long = "Udlejer sendte et påkrav på 12.577,00 kr. den 15. august 2025; det er nr. 4 på 24 måneder."
    told = in_language(listed.with_columns(pl.Series("reasons_da", [[long] * 5, ["Kort."]])), "da")
    high = float(re.findall(r'<row r="2"[^>]* ht="([0-9.]+)"', _sheet_xml(workbook_bytes(told, AS_OF, "da")))[0])
    low = float(re.findall(r'<row r="2"[^>]* ht="([0-9.]+)"', _sheet_xml(workbook_bytes(told, AS_OF, "da"), 2))[0])
    # Five reasons of two lines each, 15 points a line.
    assert high == 150
    assert low < high


@pytest.mark.parametrize("write", [parquet_bytes, csv_bytes, lambda frame: workbook_bytes(frame, AS_OF, "da")])
def test_the_same_list_gives_the_same_bytes(listed: pl.DataFrame, write) -> None:
    danish = in_language(listed, "da")
    assert write(danish) == write(danish.clone())


@pytest.mark.parametrize("length", [100, 5000])
def test_parquet_bytes_hang_on_the_rows_and_not_on_how_they_lie_in_memory(length: int) -> None:
    count = 40_000
    rows = [(f"T{n % 37}", None if n % 7 == 0 else n, [f"sentence {n * 7919 % count}"] * (n % 3)) for n in range(count)]
    schema = {"text": pl.String, "number": pl.Int32, "texts": pl.List(pl.String)}
    straight = pl.DataFrame(rows[7 : 7 + length], schema=schema, orient="row")
    sliced = pl.DataFrame(rows, schema=schema, orient="row")[7 : 7 + length]
    pieces = pl.concat([straight[:50], straight[50:]], rechunk=False)
    assert parquet_bytes(sliced) == parquet_bytes(straight)
    assert parquet_bytes(pieces) == parquet_bytes(straight)
    assert pl.read_parquet(io.BytesIO(parquet_bytes(sliced))).equals(straight)


def test_an_empty_list_can_be_written_in_every_form(listed: pl.DataFrame) -> None:
    empty = in_language(listed.clear(), "da")
    assert csv_bytes(empty).decode().strip() == ";".join(LIST_COLUMNS)
    assert json.loads(json_bytes(empty)) == []
    assert workbook_bytes(empty, AS_OF, "da")[:2] == b"PK"


def test_bands_fall_with_rank_and_the_first_is_always_very_high() -> None:
    codes = [name for name, _, _ in BANDS]
    places = [codes.index(band(rank, 200)) for rank in range(1, 201)]
    assert places == sorted(places)
    assert [places.count(place) for place in range(4)] == [2, 8, 20, 170]
    assert band(1, 1) == "very_high"


def test_a_missing_source_is_said_with_what_it_means() -> None:
    rows = [
        {"feed": "rent_postings", "status": "fresh", "age_days": 2},
        {"feed": "sanctions", "status": "missing", "age_days": None},
        {"feed": "benefits", "status": "fresh", "age_days": 9},
    ]
    assert freshness(rows, "da") == "Husleje: 2 dage; Sanktioner: mangler; risikoen kan være for lav"
    assert freshness(rows[:1], "en") == "Rent ledger: 2 days"


def test_a_feed_of_several_senders_is_named_once_by_its_worst() -> None:
    rows = [
        {"feed": "notices", "status": "fresh", "age_days": 1},
        {"feed": "notices", "status": "late", "age_days": 40},
        {"feed": "notices", "status": "late", "age_days": 8},
        {"feed": "rent_postings", "status": "fresh", "age_days": 1},
        {"feed": "concerns", "status": "off", "age_days": None},
    ]
    told = "Husleje: 1 dag; Påkrav og foged: for sen, 40 dage; Bekymringshenvendelser: slået fra"
    assert freshness(rows, "da") == f"{told}; risikoen kan være for lav"
    assert freshness(rows[::-1], "da") == freshness(rows, "da")


@pytest.mark.parametrize("language", ["da", "en"])
def test_every_code_of_the_list_has_its_words(language: str) -> None:
    assert set(FEEDS) == set(warehouse_feeds)
    for words in (*STAGES.values(), *DEADLINE_KINDS.values(), *FEEDS.values(), *HEADINGS.values()):
        assert words[language]
