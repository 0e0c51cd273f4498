"""A published night holds, for whoever opens a case, every active tenancy: its months, events, home and occupants."""

import shutil
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from flows.case_files import case_frames
from flows.home import Home
from flows.keys import read_key
from flows.nightly import nightly
from flows.settings import read_settings
from flows.workroom import opened
from tests.flows.conftest import UNTIL
from warehouse.vault import Vault
from worklist.export import parquet_bytes
from worklist.page.names import MOST_HITS, Names
from worklist.published import Night, read_night

TENANCY = ["landlord", "tenancy_no"]
FILES = ("months", "events", "dwellings", "occupants")
QUEUE = ("link_queue", "link_candidates")


@pytest.fixture(scope="module")
def home(taken_in: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    path = Path(shutil.copytree(taken_in, tmp_path_factory.mktemp("cases") / "hamlet", symlinks=True))
    nightly(Home(path), UNTIL, UNTIL)
    return Home(path)


@pytest.fixture(scope="module")
def night(home: Home) -> Night:
    return read_night(home.published, UNTIL)


def test_every_scored_tenancy_has_its_home_and_nobody_else_has(night: Night) -> None:
    scored = night.frame("scores").select(TENANCY).sort(TENANCY)
    assert_frame_equal(night.frame("dwellings").select(TENANCY), scored)
    for name in FILES:
        frame = night.frame(name)
        assert frame.height > 0
        assert frame.join(scored, on=TENANCY, how="anti").is_empty()


def test_the_last_month_ends_with_what_the_list_says_is_owed(night: Night) -> None:
    """The picture and the list are of one account."""
    newest = night.frame("months").sort("month").group_by(TENANCY).last()
    owed = night.frame("worklist").filter(pl.col("arrears_dkk").is_not_null()).join(newest, on=TENANCY)
    assert owed.height > 5
    assert (owed["arrears_dkk"] == owed["balance_dkk"]).mean() == 1


def test_the_same_night_gives_the_same_bytes_also_after_another_one(home: Home, night: Night) -> None:
    with opened(home) as room:
        case_frames(room, UNTIL - timedelta(days=40))
        again = {f"{name}.parquet": parquet_bytes(frame) for name, frame in case_frames(room, UNTIL).items()}
    assert again == {name: night.files[name] for name in again}
    assert {f"{name}.parquet" for name in (*FILES, *QUEUE)} == set(again)


def test_what_they_say_of_people_is_codes_and_pseudonyms(night: Night) -> None:
    """Whatever is text is a code, a number that a sender gave, or a pseudonym."""
    free = {"landlord", "tenancy_no", "home_id", "identity_mac", "person_id", "fact", "sender", "estate", "district"}
    for name in FILES:
        frame = night.frame(name)
        texts = [column for column, kind in frame.schema.items() if kind == pl.String and column not in free]
        for column in texts:
            assert frame[column].drop_nulls().str.contains(r"^[A-Za-z0-9_]+$").all(), column
            assert frame[column].n_unique() < 40, column


def test_a_concern_or_contact_of_today_is_not_known_yet(night: Night) -> None:
    assert night.frame("events").filter((pl.col("on") >= UNTIL) | (pl.col("known_on") >= UNTIL)).is_empty()


def test_the_vault_names_everybody_whom_the_night_names(home: Home, night: Night) -> None:
    """Each pseudonym leads back to the person: found by number and by name, and living where the night says."""

    def vault() -> Vault:
        return Vault(home.vault, read_key(home, read_settings(home).vault))

    names = Names(vault)
    homes = names.of_many(night, night.frame("dwellings").select(TENANCY).iter_rows(), see_protected=True)
    with vault() as opened_vault:
        pseudonym = opened_vault.pseudonyms.person
    tenants = [(tenancy, each.tenant) for tenancy, each in homes.items()]
    assert all(each.protected or each.address for each in homes.values())
    assert sum(each.protected for each in homes.values()) < len(homes) / 10
    for tenancy, tenant in tenants[:40]:
        assert tenant is not None
        if tenant.name is None:
            # Register and landlord both write that the name is protected.
            assert homes[tenancy].protected
            continue
        # Many may have a common name; the tenancy is among them.
        found = names.find(tenant.name, night, see_protected=True)
        assert tenancy in found or len(found) == MOST_HITS
        if tenant.person_id is not None:
            cpr = names.cpr(tenant.person_id, night)
            assert cpr is not None
            assert pseudonym(cpr) == tenant.person_id
            assert tenancy in names.find(cpr, night, see_protected=True)


def test_what_is_protected_is_named_to_nobody_who_may_not_see_it(home: Home, night: Night) -> None:
    names = Names(lambda: Vault(home.vault, read_key(home, read_settings(home).vault)))
    wanted = list(night.frame("dwellings").select(TENANCY).iter_rows())
    seen = names.of_many(night, wanted, see_protected=True)
    hidden = names.of_many(night, wanted, see_protected=False)
    protected = [tenancy for tenancy, each in seen.items() if each.protected]
    assert all(hidden[tenancy].address is None for tenancy in protected)
    for tenancy in protected:
        if address := seen[tenancy].address:
            assert tenancy not in names.find(address, night, see_protected=False)
