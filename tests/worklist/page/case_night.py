"""A made-up night of three tenancies, its vault and its team, to open cases on without a whole town."""

import atexit
import re
import shutil
import tempfile
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
from fastapi.testclient import TestClient
from httpx import Response

from warehouse.vault import Vault
from worklist.cases.accounts import add_account, sign_in
from worklist.cases.database import migrate, open_database
from worklist.export import parquet_bytes
from worklist.page.application import create_app
from worklist.page.security import SESSION, form_token
from worklist.page.site import Nights, Site
from worklist.publishing import publish

AS_OF = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
LANDLORD, COURT, HIDDEN, QUIET = "Nordhavn", "12/3-1", "200-1", "300-1"
NAME, ADDRESS, CPR = "Søren Aagaard Jensen", "Nr. Allé 5 B, 2. tv", "0101701234"
HIDDEN_NAME, HIDDEN_ADDRESS = "Birgit Skjult", "Hemmelig Gade 7"
PEOPLE = {COURT: (CPR, NAME, ADDRESS), HIDDEN: ("1502801111", HIDDEN_NAME, HIDDEN_ADDRESS)}
KEY = bytes(range(32))
PASSWORD = "a long password here"
ROLES = ("worker", "coordinator", "analyst", "sender", "dpo", "administrator")


def months() -> list[dict[str, Any]]:
    """Two years of the tenancy that is before the court: nothing known at first, then credit, arrears and a payment."""
    rows = []
    for index in range(24):
        balance = None if index == 0 else Decimal(-300 if index == 1 else 1234 * max(0, index - 17))
        rows.append(
            {
                "tenancy_no": COURT,
                "month": date(2024 + (2 + index) // 12, (2 + index) % 12 + 1, 1),
                "due_dkk": None if index == 0 else Decimal("6170.50"),
                "paid_dkk": None if index == 0 else Decimal(6170 if index < 18 else 100 * index),
                "balance_dkk": balance,
                "rent_dkk": Decimal("6170.50"),
            }
        )
    return rows


LATER = (AS_OF + timedelta(days=10)).isoformat()
CHANGES: dict[str, dict[str, str]] = {
    "take": {},
    "hand-over": {"to": "-", "hand_over_note": "Ferie"},
    "snooze": {"until": LATER, "snooze_reason": "Venter på svar"},
    "wake": {},
    "note": {"text": "Ringede uden svar"},
    "plan": {"action": "Besøg", "action_on": LATER},
    "mark": {"status": "arrears_paid"},
    "reopen": {},
    "outcome": {"outcome": "afdragsordning", "decided_on": AS_OF.isoformat(), "outcome_note": "Aftalt"},
}
CONTACT = {"attempt": "opkald", "result": "kontakt", "intervention": "payment_plan", "contacted_on": AS_OF.isoformat()}

EVENT = dict.fromkeys(("amount_dkk", "detail", "sender", "channel", "due_on"))
EVENTS: list[dict[str, Any]] = [
    {"kind": "payment_demand", "on": date(2026, 1, 8), "source": "notices", "fact": "notices:landlord/7",
     "amount_dkk": Decimal("6170.50"), "detail": "arrears", "sender": LANDLORD, "due_on": date(2026, 1, 22)},
    {"kind": "court_request", "on": date(2026, 2, 20), "source": "notices", "fact": "notices:landlord/8",
     "amount_dkk": Decimal("7404"), "detail": "arrears", "sender": LANDLORD},
    {"kind": "acute_concern", "on": date(2026, 2, 25), "source": "concerns", "fact": "concerns:9"},
    {"kind": "contact", "on": date(2026, 2, 1), "source": "contacts", "fact": "contacts:old", "detail": "not_reached",
     "channel": "letter"},
]  # fmt: skip
DEADLINES = [
    ("duty_to_act_14_days", date(2026, 3, 6), "notices:landlord/8"),
    ("acute_concern", date(2026, 2, 26), "concerns:9"),
]
REASONS = [
    ("for", "Udlejer bad fogedretten om udsættelse.", "The landlord asked the bailiff court.", ["notices:landlord/8"]),
    ("for", "Restancen er høj.", "Much is owed.", ["rent_postings:Nordhavn/1", "rent_postings:Nordhavn/2"]),
    ("against", "Lejeren har boet her længe.", "The tenant has lived here for long.", ["tenancies:Nordhavn/12"]),
]

LETTER, ALONE, SECRET, TENANT = "bailiff_court/NB-1", "bailiff_court/NB-2", "C-9", f"{LANDLORD}/{QUIET}"
LETTERS: list[dict[str, Any]] = [
    {"feed": "notices", "record_key": LETTER, "waiting_since": date(2026, 2, 20), "identity_mac": "n-0",
     "kind": "court_hearing", "sender": "bailiff_court", "told_on": date(2026, 2, 19), "amount_dkk": Decimal("7404")},
    {"feed": "notices", "record_key": ALONE, "waiting_since": date(2026, 2, 10), "identity_mac": "n-1",
     "kind": "termination", "sender": "bailiff_court", "told_on": date(2026, 2, 9)},
    {"feed": "concerns", "record_key": SECRET, "waiting_since": date(2026, 2, 27), "identity_mac": "c-0",
     "kind": "concern", "urgency": "acute", "told_on": date(2026, 2, 26)},
    {"feed": "tenancies", "record_key": TENANT, "waiting_since": date(2026, 1, 2), "identity_mac": "t-2",
     "kind": "tenant", "sender": LANDLORD, "told_on": date(2020, 5, 1), "landlord": LANDLORD, "tenancy_no": QUIET},
]  # fmt: skip
CANDIDATES: list[dict[str, Any]] = [
    {"feed": "notices", "record_key": LETTER, "place": 1, "landlord": LANDLORD, "tenancy_no": COURT,
     "probability": 0.6},
    {"feed": "notices", "record_key": LETTER, "place": 2, "landlord": LANDLORD, "tenancy_no": QUIET,
     "probability": 0.1},
    {"feed": "concerns", "record_key": SECRET, "place": 1, "landlord": LANDLORD, "tenancy_no": HIDDEN,
     "probability": 0.7},
    {"feed": "tenancies", "record_key": TENANT, "place": 1, "person_id": "p-1", "probability": 0.45},
    {"feed": "tenancies", "record_key": TENANT, "place": 2, "person_id": "p-2", "probability": 0.44},
]  # fmt: skip
WORDS = {
    "notice": [("n-0", LETTER, "Jensen, Søren Å.", "Nørre Alle 5B, 1. tv", None),
               ("n-1", ALONE, "Ukendt Opdigtet", "Ingen Vej 1", None)],
    "concern": [("c-0", SECRET, "Birgitte Skjult", "Hemmelig Gade 7", "Hun ringede <b>grædende</b>.")],
    "tenancy": [("t-2", TENANT, "B. Prøve", "Åvej 3", None)],
    "person": [("p-1", "p-1", "Bo Prøve", "Åvej 3", None), ("p-2", "p-2", "Bi Prøve", "Åvej 3", None)],
}  # fmt: skip


def frames(pseudonym: dict[str, str]) -> dict[str, pl.DataFrame]:
    """The night's tables; `pseudonym`: of the tenant of each tenancy."""
    numbers = [COURT, HIDDEN, QUIET]
    stages, ranks = ["court", "arrears", "none"], [1, 2, 3]
    key = {"landlord": [LANDLORD] * 3, "tenancy_no": numbers}
    scores = {**key, "stage": stages, "score": [0.9, 0.5, 0.1], "rank": ranks, "ranking": ["rules"] * 3,
              "model_version": ["rules-made-up"] * 3}  # fmt: skip
    dwellings = {**key, "home_id": ["h1", "h2", "h3"], "district": ["8900"] * 3, "estate": ["Afd. 1"] * 3,
                 "rent_dkk": [Decimal("6170.50")] * 3, "moved_in_on": [date(2020, 5, 1)] * 3,
                 "children": [True, False, None], "household": ["single_with_children", "single", None],
                 "address_protected": [False, True, False], "identity_mac": ["t-0", "t-1", None]}  # fmt: skip
    occupants = [{"tenancy_no": number, "person_id": pseudonym[number], "role": "tenant", "identity_mac": None}
                 for number in PEOPLE]  # fmt: skip
    return {
        "scores": pl.DataFrame(scores),
        "worklist": _worklist(),
        "months": _of_landlord(months()),
        "events": _of_landlord([{**EVENT, "tenancy_no": COURT, "known_on": each["on"], **each} for each in EVENTS]),
        "dwellings": pl.DataFrame(dwellings),
        "occupants": _of_landlord(occupants),
        "reasons": _of_landlord(_reasons()),
        "link_queue": pl.DataFrame(LETTERS, infer_schema_length=None),
        "link_candidates": pl.DataFrame(CANDIDATES, infer_schema_length=None).with_columns(
            is_household=False, identity_mac=pl.lit(None, pl.String)
        ),
        "freshness": pl.DataFrame(
            [("rent_postings", LANDLORD, date(2026, 3, 1)), ("rent_postings", "Birkely", AS_OF),
             ("tenancies", "standard", date(2026, 2, 28)), ("arrears", "", None)],
            schema={"feed": pl.String, "sender": pl.String, "last_delivery_on": pl.Date}, orient="row",
        ),
        "deadlines": _of_landlord(
            {"as_of": AS_OF, "tenancy_no": COURT, "deadline_on": on, "kind": kind, "fact": fact,
             "days_left": (on - AS_OF).days} for kind, on, fact in DEADLINES
        ),
    }  # fmt: skip


def _of_landlord(rows: Iterable[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame([{"landlord": LANDLORD, **row} for row in rows], infer_schema_length=None)


def _reasons() -> list[dict[str, Any]]:
    return [
        {"as_of": AS_OF, "tenancy_no": COURT, "kind": kind, "position": place, "evidence": "e", "reason": "r",
         "sentence_da": danish, "sentence_en": english, "facts": facts, "link_confidence": 1.0}
        for place, (kind, danish, english, facts) in enumerate(REASONS, 1)
    ]  # fmt: skip


def _worklist() -> pl.DataFrame:
    row = {"section": "deadline", "position": 1, "tenancy_no": COURT, "stage": "court",
           "next_deadline": date(2026, 3, 6), "deadline_kind": "duty_to_act_14_days", "days_left": 4,
           "arrears_dkk": Decimal("7404"), "months_owed": 1.2, "score_band": "very_high", "children": True,
           "freshness_da": "Husleje: 1 dag", "freshness_en": "Rent ledger: 1 day", "rank": 1}  # fmt: skip
    return _of_landlord([row])


@cache
def _made() -> tuple[Path, dict[str, str]]:
    """The night, the vault and the team's database, made once for all tests; and the token of each account."""
    folder = Path(tempfile.mkdtemp(prefix="bovagt-case-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with Vault(folder / "vault.sqlite", KEY) as vault:
        pseudonym = {number: vault.pseudonyms.person(cpr) for number, (cpr, _, _) in PEOPLE.items()}
        rows = [
            {"identity_mac": f"t-{place}", "record_key": f"{LANDLORD}/{number}", "landlord": LANDLORD,
             "tenancy_no": number, "cpr": cpr, "name": name, "address": address, "postal_code": "8900",
             "known_on": AS_OF, "delivery_id": "d", "line_no": place}
            for place, (number, (cpr, name, address)) in enumerate(PEOPLE.items())
        ]  # fmt: skip
        vault.keep_identities("tenancy", pl.DataFrame(rows))
        for kind, told in WORDS.items():
            vault.keep_identities(kind, _words(kind, told))
    files = {f"{name}.parquet": parquet_bytes(frame) for name, frame in frames(pseudonym).items()}
    files["night.json"] = b'{"active_tenancies": 3, "model_version": "rules-made-up", "ranking": "rules"}'
    publish(folder / "published", AS_OF, files)
    return folder, _accounts(f"sqlite:///{folder}/page.sqlite")


def _words(kind: str, told: list[tuple[str, str, str, str, str | None]]) -> pl.DataFrame:
    """What the vault keeps of letters that wait, and of who they may be about."""
    columns = {"identity_mac": pl.String, "record_key": pl.String, "name": pl.String, "address": pl.String}
    frame = pl.DataFrame(told, schema={**columns, "text": pl.String}, orient="row")
    account = {
        "known_on": pl.lit(AS_OF - timedelta(days=1)),
        "delivery_id": pl.lit("d"),
        "line_no": pl.lit(9),
        "postal_code": pl.lit("8900"),
    }
    if kind == "person":
        account |= {"person_id": pl.col("record_key"), "birth_date": pl.lit(date(1980, 1, 1))}
    return frame.with_columns(**account)


def _accounts(url: str) -> dict[str, str]:
    migrate(url)
    with closing(open_database(url)) as database:
        for name in (*ROLES, "other"):
            add_account(database, name, PASSWORD, ["worker" if name == "other" else name], NOW - timedelta(days=1))
        return {name: sign_in(database, name, PASSWORD, NOW) for name in (*ROLES, "other")}


class Team:
    """The page with a database of its own, and a browser for each account: one a role, and `other`, a worker."""

    def __init__(self, folder: Path) -> None:
        made, self._tokens = _made()
        shutil.copytree(made, folder, symlinks=True, dirs_exist_ok=True)
        self.site = Site(
            Nights(folder / "published"),
            open_database(f"sqlite:///{folder}/page.sqlite"),
            folder / "inbox",
            lambda: NOW,
            vault=lambda: Vault(folder / "vault.sqlite", KEY),
        )
        self.app = create_app(self.site)

    def browser(self, account: str) -> "Browser":
        """A browser in which `account` is signed in."""
        client = TestClient(self.app, base_url="https://testserver", follow_redirects=False)
        client.cookies.set(SESSION, self._tokens[account])
        return Browser(client, self._tokens[account])


class Browser:
    """Reads pages and sends forms as a person would."""

    def __init__(self, client: TestClient, token: str) -> None:
        self.client, self.token = client, token

    def get(self, path: str, tenancy: str = COURT, landlord: str = LANDLORD, **more: str) -> Response:
        """The page of a case."""
        return self.client.get(path, params={"landlord": landlord, "tenancy": tenancy, **more})

    def post(self, path: str, tenancy: str = COURT, version: int = 0, **fields: Any) -> Response:
        """A form of a case, with the token that the page would have given it."""
        request = type("Asked", (), {"cookies": {SESSION: self.token}})
        sent = {"form_token": form_token(request), "landlord": LANDLORD, "tenancy": tenancy, "version": str(version)}  # type: ignore[arg-type]
        return self.client.post(path, data={**sent, **fields})


def hidden(html: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found, name
    return found.group(1)
