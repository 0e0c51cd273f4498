"""What benefits, sanctions, support, contacts, the home and the landlord say, worked out by hand."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from warehouse.features import build_as_of, read_audit, read_evidence, read_matrix

AS_OF = date(2026, 4, 1)


def _ago(days: int) -> date:
    return AS_OF - timedelta(days=days)


def _told(town: Any) -> dict[str, dict[str, Any]]:
    connection = town.settled()
    build_as_of(connection, [AS_OF])
    return {row["tenancy_no"]: row for row in read_matrix(connection, [AS_OF]).to_dicts()}


def _benefit(town: Any, person: str, kind: str, begun: int, ended: int | None, monthly: int | None) -> None:
    town.add("benefits", _ago(begun), person_id=person, kind=kind, valid_from=_ago(begun),
             valid_to=None if ended is None else _ago(ended), monthly_dkk=monthly)  # fmt: skip


def _evidence(town: Any, tenancy_no: str) -> dict[str, dict[str, Any]]:
    told = read_evidence(town.connection, [AS_OF]).filter(tenancy_no=tenancy_no)
    return {row["evidence"]: row for row in told.to_dicts()}


def test_benefits_and_rent_burden(town: Any) -> None:
    """The reform of 1 July 2025 made one cash benefit of three: a change among them is no end of a benefit."""
    for tenancy_no in ("1", "2", "3"):
        town.tenancy("A", tenancy_no, date(2024, 1, 1))
    _benefit(town, "p1", "education_benefit", 400, 275, 7000)
    _benefit(town, "p1", "cash_benefit", 274, None, 8000)
    _benefit(town, "p1", "housing_benefit", 400, None, 2000)
    _benefit(town, "p2", "unemployment_benefit", 300, 60, 15000)
    told = _told(town)
    names = ("cash_benefit_flag", "unemployment_benefit_flag", "housing_benefit_flag", "current_benefits_count",
             "benefits_monthly_dkk", "rent_burden_share", "benefits_ended_12_months_count", "benefit_drop_6_months_dkk",
             "benefit_changes_12_months_count", "on_benefit_days")  # fmt: skip
    assert {no: [told[no][name] for name in names] for no in told} == {
        "1": [1, 0, 1, 2, 10000, 0.6, 0, 0, 1, 400],
        "2": [0, 0, 0, 0, None, None, 1, 15000, 1, None],
        "3": [0, 0, 0, 0, None, None, 0, 0, 0, None],
    }
    burden, ended = _evidence(town, "1")["rent_burden"], _evidence(town, "2")
    assert (burden["amount_dkk"], burden["event_count"], len(burden["facts"])) == (6000, 60, 2)
    assert (ended["benefit_ended"]["event_on"], ended["benefit_ended"]["code"]) == (_ago(60), "unemployment_benefit")
    assert ended["benefit_drop"]["amount_dkk"] == 15000
    assert ended["benefit_drop"]["facts"] == [f"benefits:p2/unemployment_benefit/{_ago(300)}"]


def test_sanctions_applications_support_shelter_and_absences(town: Any) -> None:
    """Facts of everyone at the address count for the home; appointments with treatment and psychiatry do not."""
    town.tenancy("A", "1", date(2024, 1, 1), home_id="h1")
    town.add("persons", date(2024, 1, 1), person_id="partner", home_id="h1")
    for number, (kind, days, amount) in enumerate(
        [("deduction", 30, 1200), ("cessation", 100, None), ("warning", 400, None)]
    ):
        town.add("sanctions", _ago(days), sanction_no=f"s{number}", person_id="partner", kind=kind,
                 decided_on=_ago(days), amount_dkk=amount)  # fmt: skip
    for number, (applied, decided, outcome) in enumerate(
        [(40, None, None), (200, 150, "refused"), (500, 450, "granted")]
    ):
        town.add("benefit_applications", _ago(applied if decided is None else decided), application_no=f"a{number}",
                 person_id="p1", kind="rent_help_81a", applied_on=_ago(applied), outcome=outcome,
                 decided_on=None if decided is None else _ago(decided))  # fmt: skip
    town.add("support_courses", _ago(20), course_no="c", person_id="p1", method="CTI", started_on=_ago(300),
             ended_on=_ago(20), end_reason="missed_appointments")  # fmt: skip
    town.add("shelter_stays", _ago(500), stay_no="y", person_id="p1", shelter="x", checked_in_on=_ago(540),
             checked_out_on=_ago(500))  # fmt: skip
    for service in ("job_centre", "support", "substance_treatment", "local_psychiatry"):
        town.add("missed_appointments", _ago(10), person_id="p1", service=service, missed_on=_ago(11))
    told = _told(town)["1"]
    expected = {
        "sanctions_60_days_count": 1, "sanctions_6_months_count": 2, "sanctions_12_months_count": 2,
        "cessations_12_months_count": 1, "sanctioned_3_months_dkk": 1200, "sanctioned_3_months_rents_count": 0.2,
        "since_sanction_days": 30, "applications_pending_count": 1, "application_pending_days": 40,
        "applications_refused_12_months_count": 1, "applications_granted_12_months_count": 0,
        "support_active_flag": 0, "support_ended_6_months_count": 1, "support_broken_off_24_months_count": 1,
        "since_support_ended_days": 20, "shelter_stays_24_months_count": 1, "shelter_nights_24_months_count": 40,
        "since_shelter_days": 500, "missed_appointments_3_months_count": 2, "missed_support_6_months_count": 1,
    }  # fmt: skip
    assert {name: told[name] for name in expected} == expected
    said = _evidence(town, "1")
    assert (said["sanction"]["event_on"], said["sanction"]["code"], said["sanction"]["facts"]) == (
        _ago(30), "deduction", ["sanctions:s0", "sanctions:s1"],
    )  # fmt: skip
    assert said["support_missed"]["facts"] == [
        f"missed_appointments:p1/{service}/{_ago(11)}" for service in ("job_centre", "support")
    ]
    assert (said["application_pending"]["event_on"], said["application_refused"]["event_on"]) == (_ago(40), _ago(150))
    assert (said["support_ended"]["code"], said["shelter_stay"]["event_on"]) == ("missed_appointments", _ago(540))


def test_concerns_contacts_and_the_home(town: Any) -> None:
    town.tenancy("A", "1", _ago(100), size_m2=60.0, rooms=2, dwelling="family", municipal_referral=True,
                 rent_reduction_ends_on=AS_OF + timedelta(days=30))  # fmt: skip
    for number, sender in enumerate(["landlord", "job_centre", "landlord"]):
        received = _ago(20 + 100 * number)
        town.add("concerns", received, concern_no=f"c{number}", sender=sender, category="rent_arrears", urgency="high",
                 received_at=datetime(received.year, received.month, received.day, 8), person_id="p1")  # fmt: skip
    for number, (days, reached, outcome) in enumerate([(50, False, "not_reached"), (40, True, "agreed")]):
        town.add("contacts", _ago(days), contact_no=f"k{number}", person_id="p1", contacted_on=_ago(days),
                 channel="phone", reached=reached, outcome=outcome, intervention="payment_plan")  # fmt: skip
    told = _told(town)["1"]
    expected = {
        "concerns_3_months_count": 1, "concerns_6_months_count": 2, "concerns_12_months_count": 3,
        "since_concern_days": 20, "landlord_concerns_12_months_count": 2, "municipal_concerns_12_months_count": 1,
        "urgent_concerns_6_months_count": 2, "contacts_12_months_count": 2, "contacts_reached_12_months_count": 1,
        "contacts_agreed_12_months_count": 1, "since_contact_days": 40, "tenancy_days": 100, "new_tenancy_flag": 1,
        "rent_per_m2_dkk": 100, "family_home_flag": 1, "municipal_referral_flag": 1, "rent_reduction_left_days": 30,
        "rent_reduction_ending_flag": 1,
    }  # fmt: skip
    assert {name: told[name] for name in expected} == expected
    said = _evidence(town, "1")
    # An agreement speaks against a risk; the contact is not told for one as well.
    assert (said["agreement"]["code"], said["agreement"]["event_on"]) == ("payment_plan", _ago(40))
    assert "earlier_contact" not in said
    assert said["municipal_referral"]["event_on"] == said["new_tenancy"]["event_on"] == _ago(100)
    assert said["rent_reduction_ends"]["event_on"] == AS_OF + timedelta(days=30)


def test_the_landlords_practice_and_the_district(town: Any) -> None:
    for tenancy_no in ("1", "2", "3", "4"):
        town.tenancy("A", tenancy_no, date(2024, 1, 1), postal_code="8900" if tenancy_no < "3" else "8930")
        town.post("charge", _ago(20), 7000 if tenancy_no == "1" else 10, tenancy_no=tenancy_no)
        if tenancy_no != "1":
            town.post("payment", _ago(20), -10, tenancy_no=tenancy_no)
    town.notice("payment_demand", _ago(70))
    town.notice("payment_demand", _ago(60))
    town.notice("termination", _ago(40))
    town.notice("termination", _ago(500), tenancy_no="2")
    told = _told(town)["4"]
    assert told["landlord_demands_12_months_per_1000"] == 500
    assert told["landlord_terminations_12_months_per_1000"] == 250
    assert told["landlord_terminations_24_months_per_1000"] == 250  # two in two years
    assert told["landlord_demand_to_termination_days"] == 20
    assert (told["landlord_in_arrears_share"], told["landlord_month_behind_share"]) == (0.25, 0.25)
    assert (told["district_in_arrears_share"], told["district_noticed_share"]) == (0, 0)
    assert _evidence(town, "4")["landlord_practice"]["event_count"] == 250


@pytest.mark.parametrize(("birth_year", "band"), [(2005, "18-24"), (2001, "25-39"), (1960, "65+"), (None, "unknown")])
def test_protected_attributes_are_kept_for_audits(town: Any, birth_year: int | None, band: str) -> None:
    town.tenancy("A", "1", date(2024, 1, 1))
    town.add("persons", date(2024, 1, 1), person_id="p1", birth_year=birth_year, sex="F", origin="danish", children=2,
             household="single_with_children")  # fmt: skip
    connection = town.settled()
    build_as_of(connection, [AS_OF])
    told = read_audit(connection, [AS_OF]).drop("as_of", "landlord", "tenancy_no").row(0)
    assert told == ("F", band, "single_with_children", "yes", "danish", "non_profit", "8900", "unknown")
