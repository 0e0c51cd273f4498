"""A corpus of deliveries with one defect each, and what must become of them."""

import io
import json
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import xlsxwriter

POSTINGS = "landlord;posting_no;tenancy_no;posted_on;kind;amount_dkk"
GOOD = "Birk;{no};T1;2026-01-01;charge;5000.00"
PERSONS = "cpr;name;birth_date;children;protected"
CONCERNS = "concern_no;received_at;sender;category;text"
TENANCIES = "landlord;tenancy_no;name;address;postal_code;moved_in_on;moved_out_on;monthly_rent_dkk"


@dataclass(frozen=True)
class Broken:
    """One file: `rules` that quarantine some of its rows, or the `reason` for which it is set aside whole."""

    feed: str
    file_name: str
    content: bytes
    rows: int = 0
    quarantined: int = 0
    rules: frozenset[str] = frozenset()
    reason: str | None = None


def _posting_rows(*rows: str) -> bytes:
    return "\n".join((POSTINGS, GOOD.format(no="good"), *rows)).encode()


def _row(name: str, rule: str, content: bytes | str, feed: str = "rent_postings", rows: int = 2) -> Broken:
    """A file of good rows and one with a defect."""
    text = content if isinstance(content, bytes) else content.encode()
    return Broken(feed, f"2026-02-01_{name}", text, rows, 1, frozenset({rule}))


def _posting(name: str, rule: str, row: str) -> Broken:
    return _row(f"{name}.csv", rule, _posting_rows(row))


def _person(name: str, rule: str, row: str) -> Broken:
    return _row(f"{name}.csv", rule, f"{PERSONS}\n0101701234;Ane;;;\n{row}", "persons")


def _whole(name: str, reason: str, content: bytes, feed: str = "rent_postings") -> Broken:
    return Broken(feed, f"2026-02-01_{name}", content, reason=reason)


def workbook(rows: list[list[object]], sheet: str = "Ark1") -> bytes:
    """An XLSX file with these cells; a text that looks like a formula stays a text."""
    packed = io.BytesIO()
    with xlsxwriter.Workbook(packed, {"in_memory": True, "strings_to_formulas": False}) as book:
        page = book.add_worksheet(sheet)
        for place, row in enumerate(rows):
            page.write_row(place, 0, row)
    return packed.getvalue()


def parquet(rows: pl.DataFrame) -> bytes:
    """A Parquet file with these rows."""
    packed = io.BytesIO()
    rows.write_parquet(packed)
    return packed.getvalue()


def good_rows() -> pl.DataFrame:
    """Two postings that keep the contract, as texts."""
    rows = [GOOD.format(no=no).split(";") for no in ("1", "2")]
    return pl.DataFrame(rows, schema=dict.fromkeys(POSTINGS.split(";"), pl.String), orient="row")


_ROWS = (
    _posting("too_few_cells", "wrong_cell_count", "Birk;2;T1"),
    _posting("too_many_cells", "wrong_cell_count", "Birk;2;T1;2026-01-01;charge;5000.00;more"),
    _posting("cut_off_row", "wrong_cell_count", "Birk;2;T1;2026-01-0"),
    _posting("total", "total_row", "I alt;;;;;5000.00"),
    _posting("no_key", "required", "Birk;;T1;2026-01-01;charge;5000.00"),
    _posting("no_amount", "required", "Birk;2;T1;2026-01-01;charge;"),
    _posting("danish_date_in_standard", "not_a_date", "Birk;2;T1;31-01-2026;charge;5000.00"),
    _posting("no_such_day", "not_a_date", "Birk;2;T1;2026-02-30;charge;5000.00"),
    _posting("serial_day", "not_a_date", "Birk;2;T1;46053;charge;5000.00"),
    _posting("year_one", "date_out_of_range", "Birk;2;T1;0001-01-01;charge;5000.00"),
    _posting("year_9999", "required", "Birk;2;T1;9999-12-31;charge;5000.00"),
    _posting("amount_in_words", "not_an_amount", "Birk;2;T1;2026-01-01;charge;five"),
    _posting("amount_either_way", "not_an_amount", "Birk;2;T1;2026-01-01;charge;1,234"),
    _posting("amount_thousandths", "fraction_of_oere", "Birk;2;T1;2026-01-01;charge;1.234"),
    _posting("amount_too_large", "amount_out_of_range", "Birk;2;T1;2026-01-01;charge;99999999999.00"),
    _posting("amount_endless", "not_an_amount", "Birk;2;T1;2026-01-01;charge;" + "9" * 5000),
    _posting("amount_infinite", "not_an_amount", "Birk;2;T1;2026-01-01;charge;inf"),
    _posting("amount_exponent", "not_an_amount", "Birk;2;T1;2026-01-01;charge;1,01702E+09"),
    _posting("negative_charge", "sign_of_amount", "Birk;2;T1;2026-01-01;charge;-5000.00"),
    _posting("positive_payment", "sign_of_amount", "Birk;2;T1;2026-01-01;payment;5000.00"),
    _posting("zero_charge", "sign_of_amount", "Birk;2;T1;2026-01-01;charge;0"),
    _posting("unknown_kind", "unknown_code", "Birk;2;T1;2026-01-01;rent;5000.00"),
    _posting("kind_in_capitals", "unknown_code", "Birk;2;T1;2026-01-01;Charge;5000.00"),
    _posting("formula_as_amount", "not_an_amount", 'Birk;2;T1;2026-01-01;charge;=HYPERLINK("x")'),
    _posting("nul", "nul_byte", "Birk;2\x00;T1;2026-01-01;charge;5000.00"),
    _posting("lost_letter", "broken_character", "Birk\ufffd;2;T1;2026-01-01;charge;5000.00"),
    _posting("huge_cell", "field_too_long", f"{'B' * 200_000};2;T1;2026-01-01;charge;5000.00"),
    _posting("huge_line", "line_too_long", f"{'B' * 1_000_001};2;T1;2026-01-01;charge;5000.00"),
    _posting("huge_quoted_cell", "field_too_long", f'"{"B" * 200_000}";2;T1;2026-01-01;charge;5000.00'),
    _posting("open_quote", "unbalanced_quote", 'Birk;2;"T1;2026-01-01;charge;5000.00'),
    _posting("quote_in_cell", "unbalanced_quote", 'Birk;2;"T"1;2026-01-01;charge;5000.00'),
    Broken(
        "rent_postings",
        "2026-02-01_quote_that_swallows.csv",
        _posting_rows('Birk;2;"T1;2026-01-01;charge;5000.00', GOOD.format(no=3), 'Birk;4;"T;2026-01-01;charge;1.00'),
        4,
        2,
        frozenset({"unbalanced_quote"}),
    ),
    _person("cpr_short", "cpr_not_ten_digits", "12345678;Bo;;;"),
    _person("cpr_letters", "cpr_not_ten_digits", "010170ABCD;Bo;;;"),
    _person("cpr_exponent", "cpr_not_ten_digits", "1,01702E+09;Bo;;;"),
    _person("cpr_no_date", "cpr_not_a_date", "3113701234;Bo;;;"),
    _person("cpr_zeros", "cpr_not_a_date", "0000000000;Bo;;;"),
    _person("no_cpr", "required", ";Bo;;;"),
    _person("no_name", "required", "0201701234;;;;"),
    _person("half_child", "not_a_whole_number", "0201701234;Bo;;1.5;"),
    _person("negative_children", "below_zero", "0201701234;Bo;;-1;"),
    _person("perhaps", "not_a_boolean", "0201701234;Bo;;;perhaps"),
    _person("danish_yes", "not_a_boolean", "0201701234;Bo;;;J"),
    _row(
        "died_before_birth.csv",
        "died_before_birth",
        "cpr;name;birth_date;deceased_on\n0101701234;A;;\n0201701234;B;1970-01-02;1960-01-01",
        "persons",
    ),
    _row(
        "moved_out_first.csv",
        "ended_before_started",
        f"{TENANCIES}\nB;1;A;Vej 1;8900;2020-01-01;;5000\nB;2;A;Vej 1;8900;2020-01-01;2019-01-01;5000",
        "tenancies",
    ),
    _row(
        "negative_rent.csv",
        "below_zero",
        f"{TENANCIES}\nB;1;A;Vej 1;8900;2020-01-01;;5000\nB;2;A;Vej 1;8900;2020-01-01;;-5000",
        "tenancies",
    ),
    _row(
        "deadline_first.csv",
        "deadline_before_issue",
        "source;notice_no;kind;issued_on;deadline_on\nlandlord;1;termination;2026-01-01;\n"
        "landlord;2;payment_demand;2026-01-10;2026-01-01",
        "notices",
    ),
    _row(
        "answer_without_home.csv",
        "linked_to_nothing",
        "feed;record_key;answer;landlord;tenancy_no\nnotices;a/1;linked;Birk;1\nnotices;a/2;linked;Birk;",
        "link_answers",
    ),
    _row(
        "no_moment.csv",
        "not_a_timestamp",
        f"{CONCERNS}\n1;2026-01-01T10:00:00;police;other;\n2;2026-01-01T25:00:00;police;other;",
        "concerns",
    ),
    _row(
        "bad_line.jsonl",
        "bad_json",
        '{"concern_no":"1","received_at":"2026-01-01T10:00:00","sender":"police","category":"other"}\n{"concern_no":',
        "concerns",
    ),
    _row(
        "long_second_line.jsonl",
        "line_too_long",
        '{"concern_no":"1","received_at":"2026-01-01T10:00:00","sender":"police","category":"other"}\n"'
        + "x" * 1_000_001,
        "concerns",
    ),
    _row(
        "name_twice.json",
        "name_twice",
        '[{"concern_no":"1","received_at":"2026-01-01T10:00:00","sender":"police","category":"other"},'
        '{"concern_no":"2","concern_no":"3"}]',
        "concerns",
    ),
    _row(
        "not_an_object.json",
        "not_an_object",
        '[{"concern_no":"1","received_at":"2026-01-01T10:00:00","sender":"police","category":"other"}, 7]',
        "concerns",
    ),
    _row(
        "half_letter.json",
        "broken_character",
        '[{"concern_no":"1","received_at":"2026-01-01T10:00:00","sender":"police","category":"other"},'
        '{"concern_no":"2","received_at":"2026-01-01T10:00:00","sender":"police","category":"other","text":"\\ud800"}]',
        "concerns",
    ),
    _row(
        "nested.json",
        "unknown_code",
        json.dumps(
            [
                {"concern_no": 1, "received_at": "2026-01-01T10:00", "sender": "police", "category": "other"},
                {"concern_no": 2, "received_at": "2026-01-01T10:00", "sender": {"a": [1]}, "category": "other"},
            ]
        ),
        "concerns",
    ),
    _row(
        "excel_cpr.xlsx",
        "cpr_not_ten_digits",
        workbook([["cpr", "name"], [101701234, "Ane"], [1234, "Bo"]]),
        "persons",
    ),
)

_WHOLE = (
    _whole("empty.csv", "empty", b""),
    _whole("blank.csv", "empty", b"\xef\xbb\xbf \r\n\r\n"),
    _whole("only_nul.csv", "empty", b"\x00" * 500),
    _whole("no_header.csv", "key_columns_missing", GOOD.format(no=1).encode()),
    _whole("other_feed.csv", "key_columns_missing", f"{PERSONS}\n0101701234;Ane;;;".encode()),
    _whole("comma.csv", "not_a_table", _posting_rows().replace(b";", b",")),
    _whole("one_column.csv", "not_a_table", b"posting_no\n1\n2"),
    _whole("key_twice.csv", "ambiguous_header", b"landlord;posting_no;Posting_No\nB;1;2"),
    _whole("no_encoding.csv", "wrong_encoding", _posting_rows("Bj\u00f8rk;2;;;;").decode().encode("cp1252") + b"\x81"),
    _whole("cut_letter.csv", "truncated", POSTINGS.encode() + "\nBjørk;1;Ø".encode()[:-1]),
    _whole("half_utf16.csv", "wrong_encoding", _posting_rows().decode().encode("utf-16")[:-1]),
    _whole("picture.csv", "wrong_encoding", b"\x89PNG\r\n\x1a\n\x00\x81\x8d\x8f" * 20),
    _whole("letter.pdf", "unknown_format", b"%PDF-1.4"),
    _whole("archive.zip", "unknown_format", b"PK\x03\x04"),
    _whole("old.xls", "unknown_format", b"\xd0\xcf\x11\xe0" * 20),
    _whole("no_suffix", "unknown_format", _posting_rows()),
    _whole("text.xlsx", "not_a_table", _posting_rows()),
    _whole("cut.xlsx", "truncated", workbook([POSTINGS.split(";"), GOOD.split(";")])[:-40]),
    _whole("empty_sheet.xlsx", "empty", workbook([])),
    _whole("text.parquet", "not_a_table", _posting_rows()),
    _whole("cut.parquet", "truncated", parquet(good_rows())[:-40]),
    _whole("cut.json", "truncated", b'[{"concern_no": "1"', "concerns"),
    _whole("broken.json", "not_a_table", b'[{"concern_no" "1"}]', "concerns"),
    _whole("number.json", "not_a_table", b"7", "concerns"),
    _whole("deep.json", "not_a_table", b"[" * 100_000 + b"]", "concerns"),
    _whole("pretty.json", "not_a_table", b'{\n"rows": [\n]\n}', "concerns"),
    _whole("html.json", "not_a_table", b"<html></html>", "concerns"),
    _whole("wrong_folder.csv", "unknown_feed", _posting_rows(), "rent"),
    _whole("long_line.csv", "one_long_line", b"a;" * 600_000),
    _whole("long_line.jsonl", "one_long_line", b'{"a": "' + b"b" * 1_100_000 + b'"}', "concerns"),
)

CORPUS = _ROWS + _WHOLE


def write_endless(path: Path, size: int) -> None:
    """A file of one line, as large as asked, without its bytes on the disk."""
    with path.open("wb") as file:
        file.truncate(size)
