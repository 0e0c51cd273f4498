"""The glossary names what there is, the licence is whole, and the metadata of public code is as its standard asks."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from warehouse.vocabulary import FEEDS
from worklist.export import LIST_COLUMNS
from worklist.wording import BANDS, DEADLINE_KINDS, SECTIONS, STAGES
from worklist.wording import FEEDS as FEED_WORDS

ROOT = Path(__file__).parents[2]
ROOMS = ("flows", "models", "warehouse", "worklist")


def _rows() -> list[list[str]]:
    lines = (ROOT / "GLOSSARY.md").read_text("utf-8").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    return [row for row in cells if row[0] not in ("Danish", "---")]


def _names() -> set[str]:
    return {name for row in _rows() if len(row) == 3 for name in re.findall(r"`([^`]+)`", row[2])}


def _notice_kinds() -> tuple[str, ...]:
    return FEEDS["notices"].field("kind").codes


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(tuple(FEEDS), id="feeds"),
        pytest.param(tuple(STAGES), id="stages"),
        pytest.param(_notice_kinds(), id="notices"),
        pytest.param(tuple(SECTIONS), id="sections"),
        pytest.param(tuple(code for code, _, _ in BANDS), id="bands"),
        pytest.param(tuple(DEADLINE_KINDS), id="deadlines"),
        pytest.param(LIST_COLUMNS, id="list"),
        pytest.param(("score", "rank", "ranking"), id="scores"),
        pytest.param(FEEDS["contacts"].field("outcome").codes, id="contact outcomes"),
        pytest.param(("as_of", "known_on", "superseded_on", "cohort_tenancy", "label_state", "capacity"), id="time"),
    ],
)
def test_every_name_of_the_house_is_in_the_glossary(names: tuple[str, ...]) -> None:
    assert set(names) - _names() == set()
    assert names


def test_feeds_and_stages_are_called_there_what_the_list_calls_them() -> None:
    said = {(row[0], row[2]) for row in _rows() if len(row) == 3}
    assert {(words["da"], f"`{feed}`") for feed, words in FEED_WORDS.items()} <= said
    assert {(words["da"], f"`{stage}`") for stage, words in STAGES.items()} <= said


def test_the_glossary_names_nothing_that_is_not_there() -> None:
    texts = [
        path.read_text("utf-8")
        for room in ROOMS
        for path in (ROOT / room).rglob("*")
        if path.suffix in {".py", ".sql", ".toml"}
    ]
    words = set(re.findall(r"\w+", " ".join(texts)))
    absent = {name for name in _names() if not set(re.findall(r"[a-zA-Z0-9_]+", name.rstrip("…_"))) <= words}
    assert absent - {"feature_…"} == set()


def test_every_row_of_the_glossary_is_whole() -> None:
    assert len(_rows()) > 100
    assert all(all(row) and len(row) in (2, 3) for row in _rows())


def test_the_licence_is_the_whole_text_that_the_package_names() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert (project["license"], project["license-files"]) == ("EUPL-1.2", ["LICENSE"])
    text = (ROOT / "LICENSE").read_text("utf-8")
    assert text.startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2\n")
    articles = [int(number) for number in re.findall(r"^(\d+)\.[A-Z]", text, re.MULTILINE)]
    assert articles == list(range(1, 16))
    assert "Appendix" in text
    assert text.rstrip().endswith("require the production of a new EUPL version.")


@pytest.fixture
def metadata() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "publiccode.yml").read_text("utf-8"))


def test_the_metadata_has_what_the_standard_makes_mandatory(metadata: dict[str, Any]) -> None:
    needed = {"publiccodeYmlVersion", "name", "url", "platforms", "developmentStatus", "softwareType", "description"}
    assert needed | {"legal", "maintenance", "localisation"} <= set(metadata)
    assert metadata["name"] == "bovagt"
    assert metadata["legal"]["license"] == "EUPL-1.2"
    assert metadata["developmentStatus"] in {"concept", "development", "beta", "stable", "obsolete"}
    assert metadata["softwareType"] in {"standalone/web", "standalone/backend", "standalone/other"}
    assert set(metadata["localisation"]) == {"localisationReady", "availableLanguages"}


def test_the_descriptions_keep_the_lengths_of_the_standard(metadata: dict[str, Any]) -> None:
    assert set(metadata["description"]) == set(metadata["localisation"]["availableLanguages"]) == {"da", "en"}
    for words in metadata["description"].values():
        assert len(words["shortDescription"]) <= 150
        assert 150 <= len(words["longDescription"]) <= 10_000
        assert 5 <= len(words["features"]) <= 20


def test_the_metadata_makes_up_no_maintainer(metadata: dict[str, Any]) -> None:
    """The standard wants a person where somebody maintains it, and nobody where nobody does."""
    maintenance = metadata["maintenance"]
    assert maintenance["type"] in {"none", "internal", "community", "contract"}
    assert ("contacts" in maintenance) == (maintenance["type"] in {"internal", "community"})
