"""Models in operation: who ranks which night, what is scored beside it, and nights of the past made again."""

import hashlib
import json
import shutil
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner, Result

from flows.command_line import app
from flows.first_night import first_night, newest_night
from flows.home import Home
from flows.nightly import nightly
from flows.registry import list_models, promote_version, roll_back_to
from flows.retrain import held_back, retrain
from flows.workroom import opened
from models.decisions import decisions, timeline
from models.matrix import TENANCY
from models.registry import load, register, versions
from models.rules import RULES_VERSION
from tests.flows.conftest import UNTIL
from warehouse.errors import UsageError
from worklist.published import read_night

LATER, LATEST = UNTIL + timedelta(days=10), UNTIL + timedelta(days=11)
BY = ("--by", "A. Analyst")


def _facts(path: Path, as_of: date) -> dict[str, Any]:
    return read_night(path / "published", as_of).facts


def _bytes(path: Path, as_of: date) -> dict[str, str]:
    files = read_night(path / "published", as_of).files
    return {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}


def _set(path: Path, old: str, new: str, file: str = "bovagt.toml") -> None:
    text = (path / file).read_text("utf-8")
    assert old in text
    (path / file).write_text(text.replace(old, new), "utf-8")


def _twin(path: Path, mark: str, *, trained_as_of: date = UNTIL, is_open: bool = True) -> str:
    """The town's model under another card, its gate open: so small a town opens none by itself."""
    models = path / "models"
    found = load(models, versions(models)[0])
    gate = {**found.card["gate"], "open": is_open}
    card = {**found.card, "gate": gate, "trained_as_of": trained_as_of.isoformat(), "mark": mark}
    return register(models, found.model, card, first_night=first_night(Home(path), trained_as_of), on=UNTIL)


def _bovagt(path: Path, *words: str) -> Result:
    return CliRunner().invoke(app, ["--home", str(path), *words])


COURT_REQUESTS = (
    "source;notice_no;kind;issued_on;ground;landlord;tenancy_no",
    "landlord;N{number};court_request;{on};arrears;{landlord};{tenancy_no}",
)
PAYMENTS = (
    "landlord;posting_no;tenancy_no;posted_on;kind;amount_dkk",
    "{landlord};P{number};{tenancy_no};{on};payment;-20000",
)


def _deliver_what_came_after(path: Path, as_of: date) -> None:
    """The 200 tenancies ranked first go to court and pay: delivered in the week after the night."""
    first = read_night(path / "published", as_of).frame("scores").sort("rank").head(200)
    for feed, days, (header, row) in (("notices", 4, COURT_REQUESTS), ("rent_postings", 5, PAYMENTS)):
        on = as_of + timedelta(days=days)
        rows = [
            row.format(number=f"after-{number}", on=on - timedelta(days=1), landlord=landlord, tenancy_no=tenancy_no)
            for number, (landlord, tenancy_no) in enumerate(first.select("landlord", "tenancy_no").iter_rows())
        ]
        (path / "inbox" / feed / f"{on}_after.csv").write_text("\n".join([header, *rows]) + "\n", "utf-8")


@pytest.fixture(scope="module")
def lived(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A town that went on: a night, more deliveries, a new model, a promotion, a night, a rollback, a night."""
    path = Path(shutil.copytree(trained, tmp_path_factory.mktemp("lived") / "town", symlinks=True))
    home, seen = Home(path), {}
    nightly(home, UNTIL, UNTIL)
    seen["first"], seen["first_facts"] = _bytes(path, UNTIL), _facts(path, UNTIL)
    _deliver_what_came_after(path, UNTIL)
    seen["retrained"] = retrain(home, LATER, LATER)
    seen["promoted"] = promote_version(home, _twin(path, "new"), who="A. Analyst", reason="", day=LATER, wanted=LATER)
    nightly(home, LATER, LATER)
    seen["back"] = roll_back_to(home, "rules", who="B. Leder", reason="Ser forkert ud.", day=LATER, wanted=None)
    nightly(home, LATEST, LATEST)
    seen["backdated"] = _twin(path, "backdated", trained_as_of=UNTIL - timedelta(days=20))
    return path, seen


def test_a_night_of_the_past_is_made_again_to_the_byte(lived: tuple[Path, dict[str, Any]]) -> None:
    path, seen = lived
    shutil.rmtree((path / "published" / UNTIL.isoformat()).resolve())
    (path / "published" / UNTIL.isoformat()).unlink()
    nightly(Home(path), UNTIL, LATEST)
    assert _bytes(path, UNTIL) == seen["first"]
    assert (path / "published" / "current").readlink().name == LATEST.isoformat()


def test_each_night_was_ranked_by_what_had_been_decided_by_then(lived: tuple[Path, dict[str, Any]]) -> None:
    path, seen = lived
    first, second, third = (_facts(path, day) for day in (UNTIL, LATER, LATEST))
    assert (
        first["model_version"]
        == json.loads((path / "models" / "promotions.jsonl").read_text().splitlines()[0])["version"]
    )
    assert second["model_version"] == seen["promoted"].version != first["model_version"]
    assert (third["ranking"], third["model_version"]) == ("rules", RULES_VERSION)
    assert third["why_rules"]["en"] == f"it was decided on {LATER} to go back to the rules."
    assert [seen["promoted"].first_night, seen["back"].first_night] == [LATER, LATEST]


def test_what_was_delivered_later_did_change_the_later_nights(lived: tuple[Path, dict[str, Any]]) -> None:
    path, _ = lived
    stages = [read_night(path / "published", day).frame("scores")["stage"].value_counts() for day in (UNTIL, LATER)]
    at_court = [dict(stage.iter_rows()).get("court", 0) for stage in stages]
    assert at_court[1] > at_court[0] + 100


def test_challengers_are_those_that_were_there_on_the_night(lived: tuple[Path, dict[str, Any]]) -> None:
    path, seen = lived
    beside = {day: {each["version"] for each in _facts(path, day)["challengers"]} for day in (UNTIL, LATER, LATEST)}
    assert beside[UNTIL] == {RULES_VERSION}
    assert RULES_VERSION in beside[LATER]
    assert seen["retrained"].version in beside[LATER]
    assert seen["promoted"].version in beside[LATEST]
    assert RULES_VERSION not in beside[LATEST]
    assert seen["backdated"] not in set.union(*beside.values())


def test_every_ranking_beside_holds_every_tenancy_once_and_its_overlap_is_that_of_the_lists(
    lived: tuple[Path, dict[str, Any]],
) -> None:
    path, _ = lived
    night = read_night(path / "published", LATER)
    scores, beside = night.frame("scores"), night.frame("challengers")
    assert beside.columns == ["landlord", "tenancy_no", "ranking", "version", "score", "rank"]
    for said in night.facts["challengers"]:
        one = beside.filter(version=said["version"], ranking=said["ranking"])
        assert sorted(one["rank"]) == list(range(1, scores.height + 1))
        ranks = scores.join(one, on=TENANCY, suffix="_beside")
        early = ranks.filter(~pl.col("stage").is_in(["termination", "court", "closed"]))
        tops = [set(early.sort(rank).select(TENANCY).head(said["k"]).rows()) for rank in ("rank", "rank_beside")]
        assert said["overlap_at_k"] == pytest.approx(len(tops[0] & tops[1]) / said["k"], abs=1e-4)


def test_the_card_names_what_it_was_trained_on_and_with_which_code(lived: tuple[Path, dict[str, Any]]) -> None:
    path, seen = lived
    card = load(path / "models", seen["retrained"].version).card
    assert set(card["inputs"]) == {"matrix", "outcomes", "settings", "source_register", "deliveries"}
    assert all(len(digest) == 64 for digest in card["inputs"].values())
    assert {"bovagt", "source", "scikit-learn"} <= set(card["versions"])
    assert card["settings"]["training"]["gate"] == card["gate"]["rule"] == "strict"
    assert "vault" not in card["settings"]
    assert str(path) not in json.dumps(card)


def test_models_tells_every_version_and_decision(lived: tuple[Path, dict[str, Any]]) -> None:
    path, seen = lived
    told = json.loads(_bovagt(path, "models", "--format", "json").stdout)
    by_version = {each["version"]: each for each in told["models"]}
    assert by_version[RULES_VERSION]["state"] == "champion"
    assert by_version[seen["promoted"].version]["state"] == "challenger"
    assert by_version[seen["promoted"].version]["promoted_by"] == "A. Analyst"
    assert by_version[seen["promoted"].version]["first_night"] == LATER.isoformat()
    refused = by_version[seen["retrained"].version]
    assert refused["gate_open"] is False
    assert all(each["says"] for each in refused["failed"])
    assert [each["kind"] for each in told["decisions"]] == ["promotion", "promotion", "rollback"]
    assert told["decisions"][-1]["reason"] == "Ser forkert ud."
    table = _bovagt(path, "models", "--lang", "da")
    assert table.exit_code == 0
    assert "B. Leder" in table.stdout
    assert "regnes med" in table.stdout


def test_a_model_that_cannot_be_read_fails_no_night_and_is_named(town: Path) -> None:
    broken = _twin(town, "broken")
    (town / "models" / broken / "model.skops").write_bytes(b"half")
    night = nightly(Home(town), UNTIL, UNTIL)
    (named,) = [each for each in night.facts["challengers"] if each["version"] == broken]
    assert named["why_not"]["en"] == "could not be used (files whose hash is another)."
    assert "overlap_at_k" not in named
    assert night.facts["ranking"] == "model"
    assert {each.version: each.state for each in list_models(Home(town))}[broken] == "broken"


def test_only_as_many_models_are_scored_beside_as_the_settings_ask_for(town: Path) -> None:
    newest = sorted(_twin(town, mark) for mark in ("a", "b", "c"))[-1]
    _set(town, "challengers = 3", "challengers = 1")
    beside = [each["version"] for each in nightly(Home(town), UNTIL, UNTIL).facts["challengers"]]
    in_use = decisions(town / "models")[-1].version
    candidates = [version for version in versions(town / "models") if version != in_use]
    assert beside == [RULES_VERSION, candidates[-1]]
    assert newest in candidates[-1:] or in_use > newest


def test_no_model_is_scored_where_the_rules_were_asked_for(town: Path) -> None:
    _set(town, 'tier = "model"', 'tier = "rules"')
    night = nightly(Home(town), UNTIL, UNTIL)
    assert (night.facts["ranking"], night.facts["challengers"]) == ("rules", [])
    assert read_night(town / "published", UNTIL).frame("challengers").is_empty()


@pytest.mark.parametrize(
    ("promotes", "held"), [("unless_rolled_back", "rolled_back"), ("always", ""), ("never", "never")]
)
def test_what_a_person_took_out_of_use_no_retraining_brings_back_unless_the_settings_say_so(
    town: Path, promotes: str, held: str
) -> None:
    home = Home(town)
    _set(town, 'promotes = "unless_rolled_back"', f'promotes = "{promotes}"')
    with opened(home) as room:
        assert held_back(room) == ("never" if promotes == "never" else "")
    roll_back_to(home, None, who="B. Leder", reason="Ser forkert ud.", day=UNTIL, wanted=None)
    with opened(home) as room:
        assert held_back(room) == held
    promote_version(home, _twin(town, "other"), who="A. Analyst", reason="", day=UNTIL, wanted=None)
    with opened(home) as room:
        assert held_back(room) == ("never" if promotes == "never" else "")


@pytest.fixture
def registry(trained: Path, tmp_path: Path) -> Path:
    """Settings, sources and models of the town, and nothing else: what the commands about models need."""
    path = tmp_path / "registry"
    path.mkdir()
    for name in ("bovagt.toml", "sources.toml"):
        shutil.copy(trained / name, path / name)
    shutil.copytree(trained / "models", path / "models")
    return path


def _publish_empty(path: Path, *days: date) -> None:
    for day in days:
        (path / "published" / day.isoformat()).mkdir(parents=True)


def test_a_decision_begins_after_every_published_night(registry: Path) -> None:
    home = Home(registry)
    assert (newest_night(home), first_night(home, UNTIL)) == (None, UNTIL)
    _publish_empty(registry, UNTIL - timedelta(days=30), UNTIL, LATER)
    (registry / "published" / ".nights").mkdir()
    assert newest_night(home) == LATER
    assert [first_night(home, day) for day in (UNTIL, LATER, LATEST, LATEST + timedelta(days=5))] == [
        LATEST,
        LATEST,
        LATEST,
        LATEST + timedelta(days=5),
    ]
    decided = roll_back_to(home, "rules", who="B. Leder", reason="Derfor.", day=UNTIL, wanted=None)
    assert decided.first_night == LATEST
    with pytest.raises(UsageError, match=f"a night from {LATEST} on"):
        promote_version(home, _twin(registry, "x"), who="A. Analyst", reason="", day=UNTIL, wanted=LATER)
    again = promote_version(home, _twin(registry, "x"), who="A. Analyst", reason="", day=UNTIL, wanted=None)
    assert again.first_night == LATEST
    assert timeline(home.models)[-1] == again


def test_a_shut_gate_answers_3_and_says_what_failed_by_how_much(
    registry: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (registry / "models" / "promotions.jsonl").read_bytes()
    shut = _twin(registry, "shut", is_open=False)
    code, told = _run(registry, monkeypatch, capsys, "promote", shut, *BY)
    assert code == 3
    assert f"{shut}: expected a model whose gate is open" in told
    assert "Short by" in told
    assert (registry / "models" / "promotions.jsonl").read_bytes() == before


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("promote", "m2020-01-01-00000000", *BY), "expected a registered version; found m2020-01-01-00000000"),
        (("rollback", "--to", "m2020-01-01-00000000", "--reason", "x", *BY), "expected a registered version"),
        (("rollback", "--by", " ", "--reason", "x"), "the name of the person who decides (--by); found nothing"),
        (("rollback", "--by", "bovagt retrain", "--reason", "x"), "found the name of a program"),
        (("rollback", *BY, "--reason", " "), "a reason for going back (--reason); found nothing"),
        (("rollback", *BY), "Missing option '--reason'"),
        (("promote", "m2020-01-01-00000000"), "Missing option '--by'"),
    ],
)
def test_wrong_use_answers_2_and_decides_nothing(
    registry: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    says: str,
) -> None:
    before = (registry / "models" / "promotions.jsonl").read_bytes()
    code, told = _run(registry, monkeypatch, capsys, *words)
    assert (code, says in told) == (2, True), told
    assert (registry / "models" / "promotions.jsonl").read_bytes() == before


def _run(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str
) -> tuple[int, str]:
    """What the command line answers and says, without a process of its own."""
    from flows import command_line

    codes: list[int] = []
    monkeypatch.setattr(command_line, "end_quietly", lambda: codes.append)
    monkeypatch.setattr(sys, "argv", ["bovagt", "--home", str(path), *words])
    monkeypatch.setenv("COLUMNS", "200")
    command_line.main()
    return codes[-1], capsys.readouterr().err


def test_promote_and_rollback_say_from_which_night_on(registry: Path) -> None:
    _publish_empty(registry, UNTIL)
    twin = _twin(registry, "other")
    told = _bovagt(registry, "promote", twin, *BY, "--reason", "Bedre.", "--lang", "da")
    assert told.exit_code == 0, told.output
    assert f"Fra natten {UNTIL + timedelta(days=1)} rangordner {twin}. Besluttet af A. Analyst" in told.stdout
    back = _bovagt(registry, "rollback", *BY, "--reason", "Alligevel ikke.", "--lang", "en")
    before = decisions(registry / "models")[0].version
    assert f"From the night of {UNTIL + timedelta(days=1)} on, {before} ranks again." in back.stdout
    assert "until a person puts a model to use" in back.stdout
