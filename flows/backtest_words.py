"""What a person reads of a backtest: a table of each population, the verdict, how the model ages, what was left out."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

from models.backtest_records import OPERATED, PER_HOUR, Headline, Reported
from models.bootstrap import Interval
from models.evaluation import FIXED_STAGE, POPULATIONS
from models.held_out import HeldOut
from models.measures_base_rate import BaseRate, collapses
from models.numerals import interval_text, number_text
from models.outcome import LabelState
from models.rankers import ranking_name
from models.selecting import CostOfAdditivity

if TYPE_CHECKING:
    from flows.backtest import Tested

WORDS: dict[str, dict[str, str]] = {
    POPULATIONS[0]: {"da": "Alle aktive lejemål", "en": "All active tenancies"},
    POPULATIONS[1]: {"da": "Lejemål før opsigelse", "en": "Tenancies before termination"},
    FIXED_STAGE: {"da": "En uge efter det første påkrav", "en": "A week after the first demand"},
    "tested": {
        "da": "{cut_offs} skæringsdage fra {first} til {last}, hver rangordnet ud fra det, man vidste den dag.",
        "en": "{cut_offs} cut-offs from {first} to {last}, each ranked by what was known on its day.",
    },
    "title": {
        "da": "{population}: {positives} lejemål fik udfaldet",
        "en": "{population}: {positives} tenancies had the outcome",
    },
    "col_ranking": {"da": "Rangordning", "en": "Ranking"},
    "col_recall_mean": {"da": "Fundet, snit over k", "en": "Found, mean over k"},
    "col_auc": {"da": "AUC", "en": "AUC"},
    "col_over": {"da": "Forskel til bedste enkle", "en": "Over the best simple one"},
    OPERATED: {
        "da": "Én nat pr. måned, {k} pladser: senere sager fundet pr. time (antaget: {minutes} min. pr. henvendelse)",
        "en": "One night a month, {k} places: later cases found per hour (assumed: {minutes} minutes a contact)",
    },
    "col_per_hour": {"da": "Fundet pr. time", "en": "Found per hour"},
    "best": {"da": "bedste enkle", "en": "best simple one"},
    "no_model": {
        "da": "Ingen afgørelse er mulig: modellen kunne ikke trænes på det, man vidste ({why})",
        "en": "No verdict is possible: the model could not be trained on what was known ({why})",
    },
    "top": {
        "da": "Blandt modellens {k} øverste i snit: {states}.",
        "en": "Among the model's first {k} on average: {states}.",
    },
    "aged": {
        "da": "Trænet én gang: efter {months} måneder finder modellen {recall} ({less} mod nytrænet).",
        "en": "Trained once: after {months} months the model finds {recall} ({less} against one trained anew).",
    },
    "additivity": {
        "da": "Valgt måned for måned efter det, der var kendt (de {cut_offs} seneste): {additive} blandt dem med "
        "eksakte grunde, {every} blandt alle. Det koster {cost} af alle fund at holde sig til eksakte grunde.",
        "en": "Chosen month by month by what was known (the latest {cut_offs}): {additive} of those with exact "
        "reasons, {every} of all. To keep to exact reasons costs {cost} of recall.",
    },
    "too_early_to_choose": {
        "da": "Endnu kan ingen rangordning vælges efter tidligere måneder: for få af dem har et kendt udfald.",
        "en": "No ranking can be chosen by earlier months yet: too few of them have a known outcome.",
    },
    "refused": {
        "da": "Udeladt: {ranking} ({count} skæringsdage): {why}",
        "en": "Left out: {ranking} ({count} cut-offs): {why}",
    },
    "collapsed": {
        "da": "{population}: andelen med udfaldet brød sammen fra {before} ({had} af {of}) til {day} ({has} af "
        "{out_of}): under halvdelen af før, mere end tilfældighed forklarer. Mål fra den dag siger "
        "kun lidt om rangordningen.",
        "en": "{population}: the base rate collapsed from {before} ({had} of {of}) to {day} ({has} of {out_of}): "
        "under half of what it was, more than chance explains. Measures of that day say little of the ranking.",
    },
    "positive": {"da": "fik udfaldet", "en": "had the outcome"},
    "negative": {"da": "fik det ikke", "en": "had not"},
    "not_yet_mature": {"da": "endnu ikke afgjort", "en": "not yet known"},
    "treated": {"da": "fik hjælp", "en": "were helped"},
    "moved_or_died": {"da": "flyttede eller døde", "en": "moved or died"},
    "unlinked": {"da": "kunne ikke kobles", "en": "could not be linked"},
}
"""What is said, in both languages."""


def show(tested: "Tested", language: str) -> None:
    """Print the backtest for a person."""
    import sys

    from rich.console import Console

    console = Console() if sys.stdout.isatty() else Console(width=130)
    console.print(_tested(tested, language))
    for table in (*tables(tested.reported, language), *per_hour(tested, language)):
        console.print(table)
    for sentence in sentences(tested, language):
        console.print(sentence, highlight=False, markup=False)


def tables(reported: Reported, language: str) -> Iterator[Any]:
    """A table for each population: every ranking by how much it found, with intervals."""
    for population, measure in dict.fromkeys((each.population, each.measure) for each in reported.headlines):
        blanks = {"population": WORDS[population][language], "positives": reported.positives[population]}
        rows = [_row(each, language) for each in reported.headlines if each.population == population]
        yield _table(_say("title", language, **blanks), measure, rows, language)


def per_hour(tested: "Tested", language: str) -> Iterator[Any]:
    """A table of what each ranking finds per hour of the team's work, the most first; none where no night is replayed.

    The best simple one is that of the tenancies before termination, as in their table.
    """
    records = tested.reported.records.filter(population=OPERATED)
    found = records.filter(measure=PER_HOUR).sort(pl.col("value").fill_nan(None), descending=True, nulls_last=True)
    over = records.filter(pl.col("measure").str.starts_with(f"{PER_HOUR}_over_"))
    less = {row["ranking"]: interval_text(_interval(row), language, sign=True) for row in over.iter_rows(named=True)}
    rows = [
        (ranking_name(row["ranking"], language), interval_text(_interval(row), language), less.get(row["ranking"]))
        for row in found.iter_rows(named=True)
    ]
    if rows:
        title = _say(OPERATED, language, k=tested.k, minutes=tested.minutes_per_contact)
        yield _table(title, "per_hour", [(*told, last or _say("best", language)) for *told, last in rows], language)


def _table(title: str, measure: str, rows: Iterable[Iterable[str]], language: str) -> Any:
    """A table of rankings: what each found, and its difference to the best simple one."""
    from rich.table import Table

    table = Table(title=title, title_justify="left")
    for place, heading in enumerate(("ranking", measure, "over")):
        table.add_column(_say(f"col_{heading}", language), justify="right" if place else "left")
    for row in rows:
        table.add_row(*row)
    return table


def _interval(row: dict[str, Any]) -> Interval:
    return Interval(row["value"], row["low"], row["high"])


def _row(each: Headline, language: str) -> tuple[str, str, str]:
    over = interval_text(each.over_best, language, sign=True) if each.over_best else _say("best", language)
    return ranking_name(each.ranking, language), interval_text(each.value, language), over


def sentences(tested: "Tested", language: str) -> Iterator[str]:
    """The verdicts, where the base rate collapsed, who stood in the top, how the model ages, what exact reasons cost,
    and what was left out."""
    reported, found = tested.reported, tested.found
    for population, verdict in reported.verdicts.items():
        yield f"{WORDS[population][language]}: {getattr(verdict, language)}"
    whys = {each.ranking: each.why for each in found.ranked.refused}
    if not reported.verdicts:
        yield _say("no_model", language, why=whys.get(tested.model, "–"))
    for population, held_out in found.evaluation.tested.items():
        yield from collapsed_sentences(population, held_out, language)
    yield from _top(tested, language)
    yield from _aged(found.ageing, language)
    yield from additivity_sentences(reported.additivity, language)
    for ranking, why in whys.items():
        count = sum(each.ranking == ranking for each in found.ranked.refused)
        yield _say("refused", language, ranking=ranking_name(ranking, language), count=count, why=why)


def collapsed_sentences(population: str, tested: Sequence[HeldOut], language: str) -> Iterator[str]:
    """A sentence for each cut-off of `population` whose base rate collapsed: under half of that of the one before."""
    rates = [BaseRate(one.cut_off, int(one.outcomes[one.counted].sum()), int(one.counted.sum())) for one in tested]
    for before, after in collapses(rates):
        counts = {"had": before.positives, "of": before.rows, "has": after.positives, "out_of": after.rows}
        days = {"before": before.as_of, "day": after.as_of}
        yield _say("collapsed", language, population=WORDS[population][language], **days, **counts)


def _tested(tested: "Tested", language: str) -> str:
    days = [fold.test for fold in tested.found.ranked.folds]
    return _say("tested", language, cut_offs=len(days), first=min(days), last=max(days))


def _top(tested: "Tested", language: str) -> Iterator[str]:
    """How many of each label state stood in today's k, on average over the cut-offs."""
    mean = tested.reported.records.filter(
        pl.col("as_of").is_null(), population=POPULATIONS[1], ranking=tested.model, measure="recall_at_k", k=tested.k
    )
    for row in mean.iter_rows(named=True):
        counts = {state: row[f"top_{state}"] for state in LabelState if row[f"top_{state}"]}
        told = (f"{number_text(count, 1, language)} {WORDS[state][language]}" for state, count in counts.items())
        yield _say("top", language, k=tested.k, states=", ".join(told))


def _aged(ageing: pl.DataFrame, language: str) -> Iterator[str]:
    """The oldest age that was followed."""
    for row in ageing.filter(pl.col("age_months") > 0).tail(1).iter_rows(named=True):
        recall = Interval(row["recall"], row["low"], row["high"])
        less = Interval(row["difference"], row["difference_low"], row["difference_high"])
        told = {"recall": interval_text(recall, language), "less": interval_text(less, language, sign=True)}
        yield _say("aged", language, months=row["age_months"], **told)


def additivity_sentences(cost: CostOfAdditivity | None, language: str) -> Iterator[str]:
    """Whom the rule chose on the cut-offs where it could, most often first, and what exact reasons cost there."""
    if cost is None:
        return
    if not cost.cut_offs:
        yield _say("too_early_to_choose", language)
        return
    chosen = [_times(Counter(names), language) for names in zip(*cost.chosen.values(), strict=True)]
    told = {"every": chosen[0], "additive": chosen[1], "cost": interval_text(cost.nested, language, sign=True)}
    yield _say("additivity", language, cut_offs=cost.cut_offs, **told)


def _times(names: Counter[str], language: str) -> str:
    return ", ".join(f"{ranking_name(name, language)} ({count}×)" for name, count in names.most_common())


def _say(name: str, language: str, **blanks: object) -> str:
    return WORDS[name][language].format(**blanks)
