"""One text to one value, where its meaning is certain."""

from datetime import date, datetime
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.dk import cpr as stdnum_cpr

from tests.warehouse.intake.broken_files import parquet
from tests.warehouse.intake.conftest import Intake
from warehouse.cpr import birth_date_of, has_check_digit, read_cpr
from warehouse.mojibake import repaired
from warehouse.values import read_date, read_integer, read_money, read_postal_code, read_timestamp


@pytest.mark.parametrize(
    ("text", "decimal", "thousands", "amount"),
    [
        ("1234.50", ".", "", "1234.50"),
        ("1.234,50", ",", ".", "1234.50"),
        ("1.234,50-", ",", ".", "-1234.50"),
        ("-1.234,50", ",", ".", "-1234.50"),
        ("\u22121.234,50", ",", ".", "-1234.50"),
        ("+12", ".", "", "12.00"),
        ("1.234", ",", ".", "1234.00"),
        ("1.234.567,8", ",", ".", "1234567.80"),
        ("1 234,50", ",", "", "1234.50"),
        ("1\u00a0234,50 kr.", ",", "", "1234.50"),
        ("kr. 5", ".", "", "5.00"),
        ("DKK 5,5", ",", "", "5.50"),
        ("1.234,-", ",", ".", "1234.00"),
        # Certain in any layout: only one reading is possible.
        ("1.234,50", ".", "", "1234.50"),
        ("1234,5", ".", "", "1234.50"),
        ("1234.5", ",", ".", "1234.50"),
        ("0.30000000000000004", ".", "", "0.30"),
    ],
)
def test_amounts_that_mean_one_thing(text: str, decimal: str, thousands: str, amount: str) -> None:
    assert read_money(text, decimal, thousands) == (Decimal(amount), None)


@pytest.mark.parametrize("text", ["", "-", "1,234", "1.2.3", "12.34,5", "--5", "5-5", "1e5", "nan", "٣", "0x10"])
def test_amounts_that_may_mean_more_or_nothing(text: str) -> None:
    assert read_money(text, ".", "") == (None, "not_an_amount")


@given(st.decimals(min_value=-9999999999, max_value=9999999999, places=2))
def test_an_amount_comes_back_from_the_danish_way_of_writing_it(amount: Decimal) -> None:
    danish = f"{abs(amount):,.2f}".translate(str.maketrans(",.", ".,")) + ("-" if amount < 0 else "")
    assert read_money(danish, ",", ".") == (amount, None)


@given(st.text(max_size=30))
def test_no_text_makes_a_reader_fail(text: str) -> None:
    for value, rule in (
        read_money(text, ",", "."),
        read_integer(text, ".", ""),
        read_date(text, ("%d-%m-%Y",)),
        read_timestamp(text, ("%d-%m-%Y",)),
        read_cpr(text),
    ):
        assert (value is None) != (rule is None)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-31T14:05:00", datetime(2026, 1, 31, 14, 5)),
        ("2026-01-31 14:05", datetime(2026, 1, 31, 14, 5)),
        ("2026-01-31", datetime(2026, 1, 31)),
        ("2026-01-31T13:05:00Z", datetime(2026, 1, 31, 14, 5)),
        ("2026-07-01T12:00:00+00:00", datetime(2026, 7, 1, 14, 0)),
        ("31-01-2026 14:05", datetime(2026, 1, 31, 14, 5)),
    ],
)
def test_moments_are_local_to_copenhagen(text: str, moment: datetime) -> None:
    assert read_timestamp(text, ("%d-%m-%Y",)) == (moment, None)


def test_whole_numbers_and_postal_codes_from_a_spreadsheet() -> None:
    assert read_integer("2.0", ".", "") == (2, None)
    assert [read_postal_code(text)[0] for text in ("800", "8900 Randers C", "8900.0", "DK-8900", "D-24937")] == [
        "0800",
        "8900",
        "8900",
        "8900",
        "D-24937",
    ]


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("0101701234", "0101701234"),
        ("010170-1234", "0101701234"),
        ("010170 1234", "0101701234"),
        ("101701234", "0101701234"),
        ("101701234.0", "0101701234"),
        ("6101701234", "6101701234"),
    ],
)
def test_cpr_numbers_as_senders_write_them(text: str, digits: str) -> None:
    assert read_cpr(text) == (digits, None)


@pytest.mark.parametrize(
    ("digits", "born"),
    [
        ("0101701234", date(1970, 1, 1)),
        ("0101364234", date(2036, 1, 1)),
        ("0101374234", date(1937, 1, 1)),
        ("0101575234", date(2057, 1, 1)),
        ("0101585234", date(1858, 1, 1)),
        ("0101369234", date(2036, 1, 1)),
        ("6101701234", date(1970, 1, 1)),
        ("2902005234", date(2000, 2, 29)),
        ("2902015234", None),
    ],
)
def test_the_seventh_digit_and_the_year_give_the_century(digits: str, born: date | None) -> None:
    assert birth_date_of(digits) == born


def test_a_failed_check_digit_warns_and_nothing_more(intake: Intake) -> None:
    numbers = ["2110625629", "2110625620"]
    assert [has_check_digit(number) for number in numbers] == [stdnum_cpr.checksum(n) == 0 for n in numbers]
    assert [has_check_digit(number) for number in numbers] == [True, False]
    intake.put("persons", "2026-02-01_p.csv", "cpr;name\n" + "\n".join(f"{number};A" for number in numbers))
    report = intake.run()["2026-02-01_p.csv"]
    assert (report.warnings, report.quarantined) == (1, 0)


@given(st.text(alphabet="abcæøåÆØÅéü ,.-", max_size=20))
def test_letters_read_in_the_wrong_encoding_are_put_right(text: str) -> None:
    assert repaired(text.encode().decode("latin-1")) == text
    assert repaired(text) == text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_encodings_are_told_apart(intake: Intake, encoding: str) -> None:
    text = "landlord;tenancy_no;stated_on;arrears_dkk\nBjørk – Ås;Ø1;2026-01-01;5"
    intake.put("arrears", "2026-02-01_a.csv", text.encode(encoding))
    intake.run()
    assert intake.facts("arrears")["landlord"].to_list() == ["Bjørk – Ås"]


def test_mojibake_in_a_cell_is_repaired(intake: Intake) -> None:
    intake.put("arrears", "2026-02-01_a.csv", "landlord;tenancy_no;stated_on;arrears_dkk\nBjÃ¸rk;1;2026-01-01;5")
    intake.run()
    assert intake.facts("arrears")["landlord"].to_list() == ["Bjørk"]


def test_typed_parquet_is_read_as_it_was_meant(intake: Intake) -> None:
    rows = pl.DataFrame(
        {
            "source": ["landlord"],
            "notice_no": [7],
            "kind": ["termination"],
            "issued_on": [date(2026, 1, 5)],
            "deadline_on": [datetime(2026, 1, 19)],
            "amount_dkk": [1234.5],
            "retracted": [False],
        }
    )
    intake.put("notices", "2026-02-01_n.parquet", parquet(rows))
    intake.run()
    row = intake.facts("notices").row(0, named=True)
    assert (row["notice_no"], row["issued_on"], row["deadline_on"]) == ("7", date(2026, 1, 5), date(2026, 1, 19))
    assert row["amount_dkk"] == Decimal("1234.50")


def test_a_formula_is_only_a_text(intake: Intake) -> None:
    intake.put(
        "arrears", "2026-02-01_a.csv", 'landlord;tenancy_no;stated_on;arrears_dkk\n=HYPERLINK("x");@1;2026-01-01;5'
    )
    intake.run()
    assert intake.facts("arrears")["landlord"].to_list() == ['=HYPERLINK("x")']


def test_quoted_cells_may_hold_separators_marks_and_line_breaks(intake: Intake) -> None:
    header = "concern_no;received_at;sender;category;text"
    rows = '1;2026-01-01T10:00;police;other;"a; ""b""\nc"\n2;2026-01-01T10:00;police;other;d'
    intake.put("concerns", "2026-02-01_c.csv", f"{header}\n{rows}")
    report = intake.run()["2026-02-01_c.csv"]
    assert (report.rows_read, report.quarantined) == (2, 0)
    assert intake.facts("concerns")["line_no"].to_list() == [2, 4]
    assert intake.vault.lookup("concern", "1")["text"].to_list() == ['a; "b"\nc']
