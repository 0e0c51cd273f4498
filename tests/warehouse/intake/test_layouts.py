"""A new sender is taken on with a TOML file alone; a wrong one is told in full before anything is taken in."""

from decimal import Decimal

import pytest

from tests.warehouse.intake.broken_files import workbook
from tests.warehouse.intake.conftest import Intake
from warehouse.errors import LayoutError
from warehouse.layouts import read_layouts

FJORDBO = """
sender = "Fjordbo"
expected_every_days = 31

[[file]]
feed = "rent_postings"
name = "*fjordbo*.csv"
encoding = "cp1252"
decimal = ","
thousands = "."
dates = ["%d-%m-%Y", "%d.%m.%Y"]
header_row = 3
footer = ["I alt"]
missing = ["", "-", "NULL"]
[file.columns]
posting_no = "Bilagsnr."
tenancy_no = "Lejemål"
posted_on = "Bogført"
due_on = "Forfald"
kind = "Art"
amount_dkk = "Beløb"
[file.values.kind]
"Husleje" = "charge"
"Indbetaling" = "payment"
[file.constants]
landlord = "Fjordbo"
"""

LEDGER = """Udtræk fra Fjordbo

Lejemål;Bilagsnr.;Bogført;Forfald;Art;Beløb;Bemærkning
1-01;7;31-01-2026;01.02.2026;Husleje;5.234,50;"Å; Ø"
1-01;8;05.02.2026;-;Indbetaling;5.234,50-;
1-02;9;05-02-2026;31-12-9999;Indbetaling;-1.000,00 kr.;NULL

I alt;;;;;-1.000,00
"""


def test_a_new_sender_is_taken_on_with_a_toml_file_alone(intake: Intake) -> None:
    intake.put("rent_postings", "2026-02-28_FJORDBO.csv", LEDGER.encode("cp1252"))
    assert intake.run()["2026-02-28_FJORDBO.csv"].status == "set_aside"
    intake.layout("fjordbo", FJORDBO)
    report = intake.run()["2026-02-28_FJORDBO.csv"]
    assert (report.layout, report.sender, report.rows_read, report.quarantined) == ("fjordbo", "Fjordbo", 3, 0)
    assert report.unknown_columns == ("Bemærkning",)
    rows = intake.facts("rent_postings").select("landlord", "tenancy_no", "kind", "amount_dkk", "posted_on", "due_on")
    assert [(row[0], row[1], row[2], row[3], str(row[4]), str(row[5])) for row in rows.rows()] == [
        ("Fjordbo", "1-01", "charge", Decimal("5234.50"), "2026-01-31", "2026-02-01"),
        ("Fjordbo", "1-01", "payment", Decimal("-5234.50"), "2026-02-05", "None"),
        ("Fjordbo", "1-02", "payment", Decimal("-1000.00"), "2026-02-05", "None"),
    ]


def test_a_corrected_layout_lets_quarantined_rows_in(intake: Intake) -> None:
    intake.layout("fjordbo", FJORDBO.replace('"Indbetaling" = "payment"\n', ""))
    intake.put("rent_postings", "2026-02-28_fjordbo.csv", LEDGER.encode("cp1252"))
    assert intake.run()["2026-02-28_fjordbo.csv"].quarantined == 2
    assert intake.run() == {}
    intake.layout("fjordbo", FJORDBO)
    assert intake.run()["2026-02-28_fjordbo.csv"].quarantined == 0
    assert intake.facts("rent_postings").height == 3
    assert intake.connection.table("quarantine").pl().is_empty()
    assert intake.run() == {}


def test_a_layout_that_changes_for_another_file_takes_nothing_in_anew(intake: Intake) -> None:
    intake.put("arrears", "2026-02-28_a.csv", "a;b\n1;2")
    intake.run()
    intake.layout("fjordbo", FJORDBO)
    assert intake.run() == {}


def test_an_excel_sheet_by_name_with_days_and_lost_zeros(intake: Intake) -> None:
    intake.layout(
        "job_centre",
        """
sender = "Jobcenter"
[[file]]
feed = "missed_appointments"
name = "*.xlsx"
sheet = "Udeblivelser"
dates = ["%d-%m-%Y"]
footer = ["I alt"]
[file.columns]
cpr = "CPR-nummer"
missed_on = "Dato"
[file.constants]
service = "job_centre"
""",
    )
    rows = [["CPR-nummer", "Dato"], [101701234, "31-01-2026"], ["0201701234", "2026-02-01 00:00:00"], ["I alt", 2]]
    intake.put("missed_appointments", "2026-02-28_x.xlsx", workbook(rows, "Udeblivelser"))
    intake.put("missed_appointments", "2026-02-27_x.xlsx", workbook(rows, "Other"))
    reports = intake.run()
    assert (reports["2026-02-28_x.xlsx"].rows_read, reports["2026-02-28_x.xlsx"].quarantined) == (2, 0)
    assert reports["2026-02-27_x.xlsx"].reason == "sheet_missing"
    assert [str(day) for day in intake.facts("missed_appointments")["missed_on"]] == ["2026-01-31", "2026-02-01"]


def test_the_standard_layout_reads_a_file_that_a_wide_layout_also_names(intake: Intake) -> None:
    intake.layout("fjordbo", FJORDBO.replace("*fjordbo*.csv", "*"))
    intake.put(
        "rent_postings",
        "2026-02-28_x.csv",
        "landlord;posting_no;tenancy_no;posted_on;kind;amount_dkk\nB;1;T;2026-01-01;fee;1",
    )
    assert intake.run()["2026-02-28_x.csv"].layout == "standard"


def test_all_that_is_wrong_is_told_together(intake: Intake) -> None:
    intake.layout("a", "sender = 3\n[[file]]\nfeed = 'rent'")
    intake.layout("b", "no toml [")
    wrong = FJORDBO.replace('decimal = ","', 'decimal = "."').replace('"*fjordbo*.csv"', '"*"\ncolour = "red"')
    intake.layout("c", wrong)
    wrong = FJORDBO.replace('decimal = ","', 'decimal = "."').replace('"charge"', '"rent"').replace("cp1252", "cp9999")
    wrong = wrong.replace("%d-%m-%Y", "%d-%m").replace('due_on = "Forfald"', 'due = "Forfald"\nlandlord = "U"')
    intake.layout("d", wrong)
    with pytest.raises(LayoutError, match=r"a\.toml: sender is missing") as caught:
        read_layouts(intake.path / "layouts")
    for told in (
        "b.toml: not a TOML file",
        "c.toml: file 1: unknown setting colour",
        "d.toml: file 1: decimal and thousands must differ",
        "kind cannot be rent",
        "unknown encoding cp9999",
        "the date format %d-%m does not tell",
        "the feed rent_postings has no column due",
        "landlord is both a column and a constant",
    ):
        assert told in str(caught.value)


def test_a_directory_without_layouts_has_the_standard_one(intake: Intake) -> None:
    assert read_layouts(intake.path / "nowhere").files == ()


def test_one_kind_of_file_may_be_expected_less_often_than_the_sender(tmp_path) -> None:
    letters = '[[file]]\nfeed = "notices"\nname = "*brev*"\nexpected_every_days = 92\n'
    (tmp_path / "fjordbo.toml").write_text(FJORDBO + letters, encoding="utf-8")
    expected = {("rent_postings", "Fjordbo"): 31, ("notices", "Fjordbo"): 92}
    assert read_layouts(tmp_path).expected_every_days == expected
    (tmp_path / "fjordbo.toml").write_text(FJORDBO + letters.replace("92", "0"), encoding="utf-8")
    with pytest.raises(LayoutError, match="file 2: expected_every_days must be a whole number"):
        read_layouts(tmp_path)
