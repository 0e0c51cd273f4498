"""What changed on the list since the night before, from that night's files and what the warehouse knew on both days."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl

from flows.scoring import Scored
from flows.workroom import Workroom
from models.matrix import TENANCY
from models.movement import Known, Saying, known_of, movements, tell
from models.rules import RulesRanker
from models.sentences import date_text
from warehouse.errors import StoreError
from warehouse.features import build_as_of, read_cohort, read_evidence, read_matrix
from warehouse.news import known_between
from worklist.changes import SCHEMA, compare
from worklist.published import Night, is_published, nights, read_night
from worklist.wording import CHANGES, DEADLINE_KINDS, WHY_CHANGED

LANGUAGES = ("da", "en")
_OVER = "closed"


@dataclass(frozen=True)
class Changes:
    """The changes of a night (`worklist.changes.SCHEMA`), and what night.json says of them."""

    rows: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=SCHEMA))
    facts: dict[str, Any] = field(default_factory=lambda: {"since": None})


@dataclass(frozen=True)
class _Compared:
    """The two nights: what was known of the tenancies whose place changed, and what moved their scores."""

    scored: Scored
    earlier: Night
    model_changed: bool
    before: Known
    now: Known
    moved: dict[tuple[str, str], list[tuple[str, float]]]
    stages: dict[tuple[str, str], str]
    cut: int
    cut_before: int


def what_changed(room: Workroom, scored: Scored, listed: pl.DataFrame) -> Changes:
    """Who is new, gone or moved on `listed` since the night before, and why; empty where no night can be read."""
    try:
        earlier = night_before(room, scored.as_of)
    except StoreError as error:
        # Tonight's list does not wait for a damaged older one; that it could not be read is said.
        return Changes(facts={"since": None, "unreadable": error.expected})
    if earlier is None:
        return Changes()
    places = compare(earlier.frame("worklist"), listed, earlier.frame("scores"), scored.frame)
    compared = _compared(room, scored, earlier, listed, places)
    rows = _described(places, compared)
    news = known_between(room.connection, earlier.as_of, scored.as_of, _cited(compared))
    facts = [sorted(_cited_of(compared, key) & news) for key in places.select(TENANCY).iter_rows()]
    rows = rows.with_columns(pl.Series("facts", facts, pl.List(pl.String))).select(*SCHEMA).cast(SCHEMA)
    counts = dict(rows.group_by("change").len().iter_rows())
    said = {"since": earlier.as_of.isoformat(), "model_changed": compared.model_changed}
    return Changes(rows, said | {code: counts.get(code, 0) for code in CHANGES})


def night_before(room: Workroom, as_of: date) -> Night | None:
    """The newest published night before `as_of`; for a night that is made again, the one it was compared with."""
    root = room.home.published
    since = _named_before(room, as_of)
    if since is None:
        earlier = max((night for night in nights(root) if night < as_of), default=None)
        return read_night(root, earlier) if earlier else None
    return read_night(root, date.fromisoformat(since)) if since else None


def _named_before(room: Workroom, as_of: date) -> str | None:
    """What the night named when it was published: "" where it was the first, None where it says nothing."""
    if not is_published(room.home.published, as_of):
        return None
    facts = read_night(room.home.published, as_of).facts
    if "changes" not in facts:
        return None
    since = facts["changes"]["since"] or ""
    return since if not since or is_published(room.home.published, date.fromisoformat(since)) else None


def _compared(room: Workroom, scored: Scored, earlier: Night, listed: pl.DataFrame, places: pl.DataFrame) -> _Compared:
    """The two nights side by side; the earlier one is built again where the warehouse no longer holds it."""
    day = [earlier.as_of]
    if not _is_built(room, earlier.as_of):
        build_as_of(
            room.connection, day, switched_off=room.sources.switched_off, cohort=room.settings.cohort.definition
        )
    wanted = places.select(TENANCY)
    matrix_before = read_matrix(room.connection, day, outside_too=True).join(wanted, on=TENANCY, how="semi")
    matrix = scored.matrix.join(wanted, on=TENANCY, how="semi")
    by_model = not isinstance(scored.ranker, RulesRanker)
    moved = movements(scored.ranker, matrix_before, matrix) if by_model else None
    steps: dict[tuple[str, str], list[tuple[str, float]]] = {}
    for landlord, tenancy_no, reason, size in () if moved is None else moved.iter_rows():
        steps.setdefault((landlord, tenancy_no), []).append((reason, size))
    return _Compared(
        scored=scored,
        earlier=earlier,
        model_changed=any(earlier.facts[name] != scored.facts[name] for name in ("ranking", "model_version")),
        before=known_of(matrix_before, read_evidence(room.connection, day)),
        now=known_of(matrix, scored.evidence),
        moved=steps,
        stages={(row[0], row[1]): row[2] for row in scored.frame.select(*TENANCY, "stage").iter_rows()},
        cut=_last_rank(listed, scored.frame),
        cut_before=_last_rank(earlier.frame("worklist"), earlier.frame("scores")),
    )


def _is_built(room: Workroom, day: date) -> bool:
    """Whether the warehouse still holds features and evidence of `day`: a table with other columns begins anew."""
    return (
        not any(read(room.connection, [day]).is_empty() for read in (read_cohort, read_evidence))
        and not read_matrix(room.connection, [day], outside_too=True).is_empty()
    )


def _last_rank(listed: pl.DataFrame, frame: pl.DataFrame) -> int:
    """The rank of the last tenancy that is listed for its rank; 0 where none is."""
    ranked = listed.filter((pl.col("section") == "early_warning") & ~pl.col("exploration"))
    last = ranked.select(TENANCY).join(frame, on=TENANCY)["rank"].max()
    return int(last) if isinstance(last, int) else 0


def _described(places: pl.DataFrame, compared: _Compared) -> pl.DataFrame:
    """`places` with why, in both languages, and what moved the score."""
    why = [_why(row, compared) for row in places.iter_rows(named=True)]
    steps = [compared.moved.get(key, []) for key in places.select(TENANCY).iter_rows()]
    return places.with_columns(
        pl.lit(compared.scored.as_of).alias("as_of"),
        pl.lit(compared.earlier.as_of).alias("since"),
        pl.Series("reasons_da", [[da for da, _ in said] for said in why], pl.List(pl.String)),
        pl.Series("reasons_en", [[en for _, en in said] for said in why], pl.List(pl.String)),
        pl.Series("moved_reasons", [[reason for reason, _ in moved] for moved in steps], pl.List(pl.String)),
        pl.Series("moved_by", [[size for _, size in moved] for moved in steps], pl.List(pl.Float64)),
        pl.lit(compared.model_changed).alias("model_changed"),
    )


def _why(row: dict[str, Any], compared: _Compared) -> list[Saying]:
    """Why a tenancy's place changed: what the list itself decided, what changed in its facts, else the others."""
    key = (row["landlord"], row["tenancy_no"])
    by_score = "deadline" not in (row["section"], row["section_before"])
    model = [_word("model")] if compared.model_changed and by_score else []
    decided = _decided(row, key, compared)
    if decided and decided[0] in _SAYS_ALL:
        return decided
    said = decided + (_told(row, key, compared, by_score) if key in compared.now and key in compared.before else [])
    return [*model, *said] or _by_others(row)


def _told(row: dict[str, Any], key: tuple[str, str], compared: _Compared, by_score: bool) -> list[Saying]:
    """What changed in the tenancy's facts; nothing where its score went one way and its place the other."""
    if isinstance(compared.scored.ranker, RulesRanker) or not by_score:
        return tell(None, compared.before[key], compared.now[key], up=_is_up(row))
    moved = compared.moved.get(key, [])
    went = sum(size for _, size in moved)
    if went == 0 or (went > 0) != _is_up(row):
        return []
    return tell(moved, compared.before[key], compared.now[key], up=_is_up(row))


def _is_up(row: dict[str, Any]) -> bool:
    """Whether the tenancy has become more pressing."""
    return row["section"] == "deadline" if row["change"] == "section" else row["change"] not in ("gone", "down")


def _decided(row: dict[str, Any], key: tuple[str, str], compared: _Compared) -> list[Saying]:
    """What the rules of the list say: ended, drawn, in peace, first seen, a deadline that came or went."""
    if row["change"] in ("section", "deadline") or (row["change"] == "new" and row["section"] == "deadline"):
        return [_deadline(row)]
    if row["change"] == "gone":
        return _gone(row, key, compared)
    if row["change"] == "new" and row["rank_before"] is None:
        return [_word("first_seen")]
    if row["change"] == "new" and row["exploration"]:
        return [_word("drawn")]
    return [_word("peace_over")] if row["change"] == "new" and row["rank_before"] <= compared.cut_before else []


def _gone(row: dict[str, Any], key: tuple[str, str], compared: _Compared) -> list[Saying]:
    if row["rank"] is None:
        return [_word("not_active")]
    if compared.stages.get(key) == _OVER:
        return [_word("over")]
    if row["section_before"] == "deadline":
        return [_word("no_deadline")]
    if row["rank"] <= compared.cut:
        return [_word("in_peace")]
    return [_word("was_drawn")] if row["exploration_before"] else []


def _by_others(row: dict[str, Any]) -> list[Saying]:
    """Nothing of its own changed: the others moved."""
    if row["rank"] is None or row["rank_before"] is None:
        return []
    return [_word("passed_by" if row["rank"] > row["rank_before"] else "room", **{n: row[n] for n in _RANKS})]


_RANKS = ("rank", "rank_before")
_SAYS_ALL = [(WHY_CHANGED[why]["da"], WHY_CHANGED[why]["en"]) for why in ("drawn", "was_drawn", "not_active", "over")]
"""What the list itself decided: no fact of the tenancy's own explains it further."""


def _deadline(row: dict[str, Any]) -> Saying:
    if row["next_deadline"] is None:
        return _word("no_deadline")
    da, en = (
        WHY_CHANGED["deadline"][language].format(
            date=date_text(row["next_deadline"], language), kind=DEADLINE_KINDS[row["deadline_kind"]][language]
        )
        for language in LANGUAGES
    )
    return da, en


def _word(why: str, **blanks: object) -> Saying:
    return WHY_CHANGED[why]["da"].format(**blanks), WHY_CHANGED[why]["en"].format(**blanks)


def _cited(compared: _Compared) -> set[str]:
    return {fact for key in {*compared.now, *compared.before} for fact in _cited_of(compared, key)}


def _cited_of(compared: _Compared, key: tuple[Any, ...]) -> set[str]:
    """Every fact that an evidence of the tenancy cites, then or now."""
    told = [*compared.now.get((key[0], key[1]), []), *compared.before.get((key[0], key[1]), [])]
    return {fact for one in told for fact in one.evidence.facts}
