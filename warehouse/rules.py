"""What a row or a whole file can be held back for: each rule once, with a Danish and an English sentence."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """Why a row is quarantined or a file set aside, for those who must mend it."""

    da: str
    en: str


ROW_RULES: dict[str, Rule] = {
    "wrong_cell_count": Rule(
        "Rækken har et andet antal felter end overskriften.", "The row has more or fewer cells than the header."
    ),
    "unbalanced_quote": Rule(
        "Et citationstegn i linjen er ikke afsluttet.", "A quotation mark in the line is not closed."
    ),
    "line_too_long": Rule("Linjen er længere end en million tegn.", "The line is longer than a million characters."),
    "field_too_long": Rule("Et felt er længere end 100.000 tegn.", "A cell is longer than 100,000 characters."),
    "nul_byte": Rule("Rækken indeholder NUL-tegn.", "The row contains NUL characters."),
    "broken_character": Rule("Et bogstav er gået tabt undervejs.", "A letter was lost on the way."),
    "bad_json": Rule("Linjen er ikke gyldig JSON.", "The line is not valid JSON."),
    "not_an_object": Rule("Elementet er ikke et JSON-objekt.", "The element is not a JSON object."),
    "name_twice": Rule("Objektet har samme navn to gange.", "The object has the same name twice."),
    "total_row": Rule("Rækken ligner en sumrække.", "The row looks like a row of totals."),
    "required": Rule("Feltet skal være udfyldt.", "The cell must be filled in."),
    "cpr_not_ten_digits": Rule("CPR-nummeret har ikke ti cifre.", "The CPR number does not have ten digits."),
    "cpr_not_a_date": Rule("CPR-nummeret begynder ikke med en dato.", "The CPR number does not begin with a date."),
    "not_a_date": Rule("Feltet er ikke en dato i layoutets format.", "The cell is not a date in the layout's format."),
    "date_out_of_range": Rule("Datoen ligger før 1900 eller efter 2199.", "The date lies before 1900 or after 2199."),
    "not_a_timestamp": Rule("Feltet er ikke et tidspunkt.", "The cell is not a point in time."),
    "not_an_amount": Rule("Feltet er ikke et entydigt beløb.", "The cell is not an amount, or may mean more than one."),
    "amount_out_of_range": Rule("Beløbet er 10 milliarder kr. eller mere.", "The amount is 10 billion kroner or more."),
    "fraction_of_oere": Rule("Beløbet har brøkdele af en øre.", "The amount has fractions of an øre."),
    "not_a_number": Rule("Feltet er ikke et entydigt tal.", "The cell is not a number, or may mean more than one."),
    "not_a_whole_number": Rule("Feltet er ikke et helt tal.", "The cell is not a whole number."),
    "not_a_boolean": Rule("Feltet er hverken true eller false.", "The cell is neither true nor false."),
    "unknown_code": Rule("Værdien er ikke en af feltets koder.", "The value is not one of the column's codes."),
    "sign_of_amount": Rule("Fortegnet passer ikke til posteringens art.", "The sign does not fit the kind of posting."),
    "below_zero": Rule("Værdien kan ikke være negativ.", "The value cannot be negative."),
    "ended_before_started": Rule("Slutdatoen ligger før startdatoen.", "The end lies before the start."),
    "died_before_birth": Rule("Dødsdatoen ligger før fødselsdatoen.", "The death lies before the birth."),
    "deadline_before_issue": Rule("Fristen ligger før varslet.", "The deadline lies before the notice."),
    "linked_to_nothing": Rule(
        "Svaret nævner hverken et lejemål eller en person.", "The answer names no tenancy or person."
    ),
}
"""Every rule that can quarantine a row, by the name under which table `quarantine` holds it."""

FILE_REASONS: dict[str, Rule] = {
    "unknown_feed": Rule("Mappen hører ikke til nogen datastrøm.", "The folder belongs to no feed."),
    "unknown_format": Rule(
        "Filen er hverken CSV, XLSX, Parquet eller JSON.", "The file is neither CSV, XLSX, Parquet nor JSON."
    ),
    "not_a_file": Rule("Det er en mappe eller en genvej, ikke en fil.", "It is a folder or a link, not a file."),
    "unreadable": Rule("Filen kan ikke læses fra disken.", "The file cannot be read from the disk."),
    "too_large": Rule("Filen er større end grænsen.", "The file is larger than the limit."),
    "one_long_line": Rule("Filen er én meget lang linje.", "The file is one very long line."),
    "empty": Rule("Filen er tom.", "The file is empty."),
    "wrong_encoding": Rule("Filens tegnsæt kan ikke læses.", "The file's encoding cannot be read."),
    "truncated": Rule("Filen er afkortet.", "The file is cut off."),
    "not_a_table": Rule("Filen er ikke en tabel.", "The file is not a table."),
    "key_columns_missing": Rule("Nøglekolonner mangler.", "Key columns are missing."),
    "ambiguous_header": Rule("Overskriften nævner samme kolonne to gange.", "The header names a column twice."),
    "sheet_missing": Rule("Layoutets ark findes ikke.", "The layout's sheet is not there."),
    "not_understood": Rule("Filen kunne ikke forstås.", "The file could not be understood."),
}
"""Every reason for which a file is set aside whole, by the code that the intake report shows."""
