"""The registry: versions by content, cards, promotions that only grow, and no model for a night before its day."""

import io
import json
import subprocess
import sys
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.card import card_of, text_hash
from models.decisions import promote
from models.frame_hash import matrix_hash
from models.model_files import from_bytes, to_bytes
from models.registry import load, register, registered_by, versions
from models.training import TrainedModel
from warehouse.errors import ModelError

ROOT = Path(__file__).parents[2]
DAY = date(2025, 1, 2)


def _card(trained: TrainedModel, **inputs: str) -> dict[str, Any]:
    return card_of(trained, inputs=inputs or {"matrix": "abc"}, versions={"bovagt": "2026.11.0"})


@pytest.fixture
def version(tmp_path: Path, trained: TrainedModel) -> str:
    """A registered model."""
    return register(tmp_path, trained.model, _card(trained))


def test_what_is_registered_comes_back_to_the_last_bit(
    tmp_path: Path, version: str, trained: TrainedModel, world: Any
) -> None:
    back = load(tmp_path, version)
    assert np.array_equal(back.model.score(world.matrix), trained.model.score(world.matrix))
    assert back.card == json.loads(json.dumps(_card(trained)))
    assert back.trained_as_of == date(2025, 1, 1)
    assert back.sources == ("benefits", "notices", "rent_postings", "sanctions", "tenancies")


def test_a_version_is_named_by_its_day_and_content(tmp_path: Path, version: str, trained: TrainedModel) -> None:
    assert version.startswith("m2025-01-01-")
    assert register(tmp_path, trained.model, _card(trained)) == version
    other = register(tmp_path, trained.model, _card(trained, matrix="other"))
    assert other != version
    assert versions(tmp_path) == sorted([version, other])
    assert versions(tmp_path / "nowhere") == []


def test_nothing_half_written_is_left(tmp_path: Path, version: str) -> None:
    promote(tmp_path, version, who="A. Analyst", on=DAY)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        [version, "promotions.jsonl", "registrations.jsonl"]
    )


def test_a_folder_left_by_a_killed_run_is_written_again(tmp_path: Path, trained: TrainedModel) -> None:
    version = register(tmp_path / "a", trained.model, _card(trained))
    torn = tmp_path / "b" / f".{version}.part"
    torn.mkdir(parents=True)
    (torn / "model.skops").write_bytes(b"half")
    assert versions(tmp_path / "b") == []
    assert register(tmp_path / "b", trained.model, _card(trained)) == version
    assert load(tmp_path / "b", version).version == version


def test_a_version_is_there_from_its_first_night_on(tmp_path: Path, trained: TrainedModel) -> None:
    """Registered after a night was published, it plays no part when that night is made again."""
    card = _card(trained)
    version = register(tmp_path, trained.model, card, first_night=date(2025, 3, 1), on=DAY)
    assert registered_by(tmp_path, date(2025, 2, 28)) == []
    assert registered_by(tmp_path, date(2025, 3, 1)) == [version]
    register(tmp_path, trained.model, card, first_night=date(2025, 1, 5), on=DAY)
    assert registered_by(tmp_path, date(2025, 2, 28)) == []
    early = register(tmp_path / "early", trained.model, card, first_night=date(2024, 1, 1), on=DAY)
    assert registered_by(tmp_path / "early", date(2024, 12, 31)) == []
    assert registered_by(tmp_path / "early", date(2025, 1, 1)) == [early]


def test_a_version_without_a_line_is_there_from_the_day_it_was_trained_as_of(tmp_path: Path, version: str) -> None:
    (tmp_path / "registrations.jsonl").unlink()
    assert registered_by(tmp_path, date(2024, 12, 31)) == []
    assert registered_by(tmp_path, date(2025, 1, 1)) == [version]


def test_registrations_that_cannot_be_read_are_named(tmp_path: Path, version: str) -> None:
    (tmp_path / "registrations.jsonl").write_text("{", "utf-8")
    with pytest.raises(ModelError, match=r"registrations\.jsonl: expected registrations"):
        registered_by(tmp_path, DAY)


def test_a_version_that_is_missing_or_was_changed_is_refused(tmp_path: Path, version: str) -> None:
    with pytest.raises(ModelError, match=f"found m2020-01-01-00000000; there are: {version}"):
        load(tmp_path, "m2020-01-01-00000000")
    with pytest.raises(ModelError, match="a registered version"):
        load(tmp_path, "../elsewhere")
    card = tmp_path / version / "card.json"
    card.write_text(card.read_text("utf-8").replace('"seed": 0', '"seed": 1'), "utf-8")
    with pytest.raises(ModelError, match="files whose hash is another"):
        load(tmp_path, version)


def test_the_card_says_what_it_was_trained_on_and_what_it_showed(trained: TrainedModel, world: Any) -> None:
    card = _card(trained, matrix=matrix_hash(world.matrix))
    assert card["range"] == {"first_cut_off": "2023-01-01", "last_cut_off": "2024-02-01"}
    assert card["label_states"]["positive"] == int(world.flags.sum())
    assert card["label_states"]["treated"] == 0
    assert len(card["features"]) == len(world.columns)
    assert card["gate"]["open"]
    assert card["gate"]["rule"] == "not_worse_than_rules"
    assert {"beats_best_baseline", "list_stability", "recall_parity"} <= {c["name"] for c in card["gate"]["conditions"]}
    assert card["stability"]["seeds"] == 3
    assert 0 < card["stability"]["overlap"] <= 1
    means = card["evaluation"]["means"]
    best = {m["value"] for m in means if m["ranking"] == "additive_boosting" and m["measure"] == "auc"}
    assert all(0.5 < value < 1 for value in best)
    assert json.dumps(card, allow_nan=False)


def test_the_hash_of_a_text_does_not_hang_on_the_order_of_its_keys() -> None:
    assert text_hash({"a": 1, "b": ["x"]}) == text_hash({"b": ["x"], "a": 1})
    assert text_hash({"a": 1, "b": ["x"]}) != text_hash({"a": 1, "b": ["y"]})


def test_the_hash_of_a_matrix_is_that_of_its_rows(world: Any) -> None:
    hashed = matrix_hash(world.matrix)
    assert matrix_hash(world.matrix.sample(fraction=1.0, shuffle=True, seed=1)) == hashed
    assert matrix_hash(world.matrix[1:]) != hashed
    assert matrix_hash(world.matrix.with_columns(noise_count=0.0)) != hashed


def test_a_model_file_holds_no_date_and_no_address(trained: TrainedModel) -> None:
    with zipfile.ZipFile(io.BytesIO(to_bytes(trained.model))) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {entry.filename for entry in archive.infolist()} > {"schema.json"}
        assert all(len(entry.filename) <= len("schema.json") for entry in archive.infolist())


def test_skops_itself_reads_the_same_and_finds_nothing_to_distrust(trained: TrainedModel) -> None:
    from skops.io import get_untrusted_types, loads

    content = to_bytes(trained.model)
    assert get_untrusted_types(data=content) == []
    stored = loads(content)
    assert np.array_equal(stored["steps"], np.concatenate(trained.model.steps))
    assert json.loads(stored["settings"])["family"] == "explained"


def test_a_night_needs_no_scikit_learn(tmp_path: Path, version: str) -> None:
    """Ranking and reading a model import neither scikit-learn nor skops: seconds that a night need not wait."""
    script = (
        "import sys; from pathlib import Path; from models.registry import load; import models.reasons, models.rankers;"
        f"load(Path({str(tmp_path)!r}), {version!r}); print({{'sklearn', 'skops'}} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "set()"


def test_a_file_that_is_no_model_is_refused() -> None:
    from skops.io import dumps

    for content, found in (
        (b"not a zip", "cannot be read"),
        (dumps({"settings": "{}"}), "family None"),
        (dumps({"settings": Path("x")}), "the types pathlib"),
        (dumps({"settings": "{}", "steps": np.arange(3.0)})[:400], "cannot be read"),
        (dumps([1, 2]), "cannot be read"),
    ):
        with pytest.raises(ModelError, match=found):
            from_bytes(content, "a file")
