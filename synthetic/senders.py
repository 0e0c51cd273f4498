"""Who sends what in which shape. A sender's files and its layout TOML are both written from here, so they agree."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Shape(StrEnum):
    """A file's shape: the standard layout, two kinds of Danish CSV, a spreadsheet, JSON or Parquet."""

    STANDARD = "standard"
    CP1252 = "cp1252"
    BOM = "bom"
    XLSX = "xlsx"
    JSON = "json"
    PARQUET = "parquet"

    @property
    def extension(self) -> str:
        """The file name's ending."""
        return self.value if self in (Shape.XLSX, Shape.JSON, Shape.PARQUET) else "csv"


@dataclass(frozen=True)
class Sender:
    """One kind of file from one sender.

    `rows_of` are the values of from_sender it delivers; `headers` maps feed columns to the file's headers (all in
    order; empty = the standard layout's); `values` maps a feed's value to the file's; `rhythm` is how often it comes.
    """

    name: str
    slug: str
    feed: str
    shape: Shape
    rhythm: str
    rows_of: tuple[str, ...]
    headers: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    open_end: tuple[str, ...] = ()
    footer: str = ""
    overlap_days: int = 0

    @property
    def date_format(self) -> str:
        """How this sender writes days."""
        return {Shape.CP1252: "%d-%m-%Y", Shape.BOM: "%d.%m.%Y"}.get(self.shape, "%Y-%m-%d")

    @property
    def is_danish(self) -> bool:
        """Whether numbers have a decimal comma and a thousands point."""
        return self.shape in (Shape.CP1252, Shape.BOM)


_YES_NO = {"true": "Ja", "false": "Nej"}
_COMMON = {"registered_on": "Registreret", "retracted": "Annulleret"}
_TENANCY = {
    "tenancy_no": "Lejemålsnr.",
    "estate": "Afdeling",
    "cpr": "CPR nummer",
    "name": "Lejers navn",
    "address": "Adresse",
    "postal_code": "Postnr.",
    "moved_in_on": "Indflyttet",
    "moved_out_on": "Fraflyttet",
    "monthly_rent_dkk": "Månedsleje",
    "dwelling": "Boligtype",
    "rooms": "Rum",
    "size_m2": "Areal m²",
    "municipal_referral": "Anvist",
    "rent_reduction_ends_on": "Lejenedsættelse udløber",
}
_DWELLINGS = {"family": "Familiebolig", "youth": "Ungdomsbolig", "elderly": "Ældrebolig", "special": "Særlig bolig"}
_TENANCY_VALUES = {"dwelling": _DWELLINGS, "municipal_referral": _YES_NO, "retracted": _YES_NO}
_NOTICE = {
    "notice_no": "Sagsnr.",
    "kind": "Skridt",
    "issued_on": "Dato",
    "deadline_on": "Frist",
    "hearing_on": "Mødedato",
    "amount_dkk": "Beløb",
    "ground": "Grund",
}
_NOTICE_WHO = {"tenancy_no": "Lejemålsnr.", "name": "Lejers navn", "address": "Adresse", "postal_code": "Postnr."}
_STEPS = {
    "payment_demand": "Påkrav",
    "termination": "Ophævelse",
    "court_request": "Udsættelsesbegæring",
    "court_hearing": "Fogedmøde",
    "onsite_scheduled": "Udkørende forretning",
    "withdrawn": "Tilbagekaldt",
    "settled": "Afdragsordning",
    "paid": "Betalt",
    "moved_out": "Fraflyttet",
    "evicted": "Effektiv udsættelse",
}
_NOTICE_VALUES = {
    "kind": _STEPS,
    "ground": {"arrears": "Restance", "conduct": "Adfærd", "other": "Andet"},
    "retracted": _YES_NO,
}
_LANDLORD = {"source": "landlord"}

SENDERS: tuple[Sender, ...] = (
    Sender("Folkeregister", "folkeregister", "persons", Shape.STANDARD, "monthly", ("Folkeregister",)),
    Sender(
        "Birkely",
        "birkely_lejemaal",
        "tenancies",
        Shape.CP1252,
        "monthly",
        ("Birkely",),
        {**_TENANCY, **_COMMON},
        _TENANCY_VALUES,
        {"landlord": "Birkely", "tenure": "non_profit"},
        open_end=("moved_out_on",),
    ),
    Sender("Solbakken", "solbakken", "tenancies", Shape.STANDARD, "monthly", ("Solbakken",), overlap_days=1),
    Sender(
        "Nordhavn",
        "nordhavn_lejere",
        "tenancies",
        Shape.XLSX,
        "quarterly",
        ("Nordhavn",),
        {**_TENANCY, **_COMMON},
        _TENANCY_VALUES,
        {"landlord": "Nordhavn", "tenure": "non_profit"},
    ),
    Sender("Østerlund", "oesterlund", "tenancies", Shape.PARQUET, "quarterly", ("Østerlund",)),
    Sender("Vestergade", "vestergade", "tenancies", Shape.STANDARD, "quarterly", ("Vestergade",)),
    Sender(
        "Birkely",
        "birkely_konto",
        "rent_postings",
        Shape.CP1252,
        "daily",
        ("Birkely",),
        {
            "posting_no": "Bilagsnr.",
            "tenancy_no": "Lejemålsnr.",
            "posted_on": "Bogført",
            "due_on": "Forfald",
            "kind": "Art",
            "amount_dkk": "Beløb",
            **_COMMON,
        },
        {
            "kind": {
                "charge": "Husleje",
                "payment": "Indbetaling",
                "fee": "Gebyr",
                "adjustment": "Regulering",
                "write_off": "Afskrivning",
            },
            "retracted": _YES_NO,
        },
        {"landlord": "Birkely"},
        footer="I alt",
    ),
    Sender("Solbakken", "solbakken", "rent_postings", Shape.STANDARD, "daily", ("Solbakken",), overlap_days=1),
    Sender(
        "Østerlund",
        "oesterlund",
        "rent_postings",
        Shape.PARQUET,
        "monthly",
        ("Østerlund",),
        {
            "posting_no": "bilag",
            "tenancy_no": "lejemaal",
            "posted_on": "bogfoert",
            "due_on": "forfald",
            "kind": "art",
            "amount_dkk": "beloeb",
            "registered_on": "registreret",
            "retracted": "annulleret",
        },
        constants={"landlord": "Østerlund"},
    ),
    Sender("Vestergade", "vestergade", "rent_postings", Shape.STANDARD, "monthly", ("Vestergade",)),
    Sender(
        "Nordhavn",
        "nordhavn_restancer",
        "arrears",
        Shape.XLSX,
        "monthly",
        ("Nordhavn",),
        {
            "tenancy_no": "Lejemålsnr.",
            "stated_on": "Opgjort",
            "arrears_dkk": "Saldo",
            "oldest_due_on": "Ældste forfald",
            "reminders": "Rykkere",
            "payment_plan": "Afdragsordning",
            **_COMMON,
        },
        {"payment_plan": _YES_NO, "retracted": _YES_NO},
        {"landlord": "Nordhavn"},
    ),
    Sender(
        "Birkely",
        "birkely_sager",
        "notices",
        Shape.CP1252,
        "daily",
        ("Birkely",),
        {**_NOTICE, **_NOTICE_WHO, **_COMMON},
        _NOTICE_VALUES,
        {**_LANDLORD, "landlord": "Birkely"},
    ),
    Sender("Boligportalen", "boligportalen", "notices", Shape.STANDARD, "daily", ("Solbakken", "Østerlund")),
    Sender(
        "Nordhavn",
        "nordhavn_breve",
        "notices",
        Shape.BOM,
        "daily",
        ("Nordhavn",),
        {**_NOTICE, **{key: header for key, header in _NOTICE_WHO.items() if key != "tenancy_no"}, **_COMMON},
        _NOTICE_VALUES,
        {**_LANDLORD, "landlord": "Nordhavn"},
    ),
    Sender(
        "Fogedretten",
        "fogedret",
        "notices",
        Shape.CP1252,
        "daily",
        ("Fogedret",),
        {
            **{key: header for key, header in _NOTICE.items() if key not in ("deadline_on", "amount_dkk")},
            **{"name": "Rekvisitus", "address": "Adresse", "postal_code": "Postnr.", **_COMMON},
        },
        _NOTICE_VALUES,
        {"source": "bailiff_court"},
    ),
    Sender(
        "Bekymringshenvendelser",
        "bekymringer",
        "concerns",
        Shape.JSON,
        "daily",
        ("Bekymringer",),
        {
            "concern_no": "henvendelse",
            "received_at": "modtaget",
            "sender": "afsender",
            "category": "emne",
            "urgency": "hast",
            "cpr": "cpr",
            "name": "navn",
            "address": "adresse",
            "postal_code": "postnr",
            "text": "tekst",
            "registered_on": "registreret",
            "retracted": "annulleret",
        },
        {"urgency": {"low": "lav", "normal": "normal", "high": "høj", "acute": "akut"}},
    ),
    Sender(
        "Jobcenter",
        "jobcenter_sanktioner",
        "sanctions",
        Shape.XLSX,
        "monthly",
        ("Jobcenter",),
        {
            "sanction_no": "Afgørelsesnr.",
            "cpr": "CPR nummer",
            "kind": "Sanktion",
            "decided_on": "Afgjort",
            "effective_from": "Virkning fra",
            "amount_dkk": "Beløb",
            **_COMMON,
        },
        {"kind": {"warning": "Advarsel", "deduction": "Fradrag", "cessation": "Ophør"}, "retracted": _YES_NO},
    ),
    Sender(
        "Ydelseskontor",
        "ydelser",
        "benefits",
        Shape.BOM,
        "monthly",
        ("Ydelser",),
        {
            "cpr": "CPR nummer",
            "kind": "Ydelse",
            "valid_from": "Fra",
            "valid_to": "Til",
            "monthly_dkk": "Månedlig ydelse",
            **_COMMON,
        },
        {
            "kind": {
                "cash_benefit": "Kontanthjælp",
                "education_benefit": "Uddannelseshjælp",
                "self_support_benefit": "SHO",
                "resource_benefit": "Ressourceforløbsydelse",
                "sickness_benefit": "Sygedagpenge",
                "disability_pension": "Førtidspension",
                "state_pension": "Folkepension",
                "partial_pension": "Delpension",
                "housing_benefit": "Boligstøtte",
                "unemployment_benefit": "Dagpenge",
                "other": "Andet",
            },
            "retracted": _YES_NO,
        },
        open_end=("valid_to",),
    ),
    Sender("Ydelseskontor", "ansoegninger", "benefit_applications", Shape.STANDARD, "quarterly", ("Ydelseskontor",)),
    Sender("Forsorgshjem", "forsorgshjem", "shelter_stays", Shape.STANDARD, "quarterly", ("Forsorgshjem",)),
    Sender("Bostøtte", "bostoette", "support_courses", Shape.STANDARD, "quarterly", ("Bostøtte",)),
    Sender(
        "Jobcenter",
        "jobcenter_udeblivelser",
        "missed_appointments",
        Shape.XLSX,
        "monthly",
        ("Jobcenter",),
        {"cpr": "CPR nummer", "service": "Tilbud", "missed_on": "Dato", **_COMMON},
        {
            "service": {
                "job_centre": "Jobcenter",
                "support": "Bostøtte",
                "substance_treatment": "Rusmiddelbehandling",
                "local_psychiatry": "Distriktspsykiatri",
                "other": "Andet",
            },
            "retracted": _YES_NO,
        },
    ),
    Sender("Udskrivninger", "udskrivninger", "discharges", Shape.STANDARD, "quarterly", ("Udskrivninger",)),
    Sender("Boligteam", "boligteam", "contacts", Shape.STANDARD, "daily", ("Boligteam",)),
)
"""Every kind of file, in the order in which they are written."""

EXPECTED_EVERY_DAYS = {"daily": 7, "monthly": 31, "quarterly": 92}
