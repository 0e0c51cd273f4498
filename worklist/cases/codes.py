"""What the team records, in the field's own codes, and what each means in the feed `contacts`."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Attempt:
    """A way of trying: the feed's channel, and whether somebody was met where the way itself says so."""

    channel: str
    reached: bool | None = None


@dataclass(frozen=True)
class Result:
    """What came of an attempt: whether somebody was reached, and the feed's outcome where it has one."""

    reached: bool
    outcome: str | None = None


ATTEMPTS = {
    "brev_digital_post": Attempt("digital_post"),
    "brev_papir": Attempt("letter"),
    "sms": Attempt("sms"),
    "opkald": Attempt("phone"),
    "hjemmebesoeg_truffet": Attempt("visit", True),
    "hjemmebesoeg_ikke_truffet": Attempt("visit", False),
    "via_boligorganisation": Attempt("via_landlord"),
    "via_sagsbehandler": Attempt("via_caseworker"),
}

RESULTS = {
    "kontakt": Result(True),
    "ingen_kontakt": Result(False, "not_reached"),
    "oensker_ikke_hjaelp": Result(True, "declined"),
    "loeser_selv": Result(True, "solves_self"),
    # Somebody may have opened the door: the household itself was not reached.
    "forkert_person": Result(False, "wrong_person"),
    "fraflyttet": Result(False, "moved"),
}

OUTCOMES: dict[str, str | None] = {
    "restance_betalt": None,
    "afdragsordning": "payment_plan",
    "par81a_bevilget": "rent_help_81a",
    "par81_bevilget": "single_payment",
    "afslag": None,
    "administrationsaftale": "administration_agreement",
    "gaeldsraadgivning": "debt_counselling",
    "boligstoette_soegt": "housing_benefit_applied",
    "flytning_billigere_bolig": "cheaper_home",
    "bostoette_par85": "support_referral",
    "par85a_forloeb": "support_referral",
    "sanktion_omgjort": None,
    "sag_tilbagekaldt": None,
    "effektiv_udsaettelse": None,
    "fraflyttet_foer_foged": None,
    "paragraf110_ophold": None,
}
"""The feed's intervention of each outcome; None: the feed has none, and it stays in the case (what became of the
notice or the home comes from the landlord and the bailiff's court themselves)."""

INTERVENTIONS = (
    "payment_plan",
    "rent_help_81a",
    "single_payment",
    "administration_agreement",
    "debt_counselling",
    "housing_benefit_applied",
    "budget_advice",
    "support_referral",
    "cheaper_home",
    "none",
)

MARKS = ("arrears_paid", "wrong_person")
OPEN = "open"
STATUSES = (OPEN, *MARKS)
