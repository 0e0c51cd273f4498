"""What is said of the effect of being listed, in both languages, for the team, its leader and a lawyer."""

from typing import Any

from flows.effect import Measured
from models.effect import FEWER, MORE, TOO_FEW, UNDECIDED, Complier, Difference
from models.effect_planning import Plan
from models.numerals import number_text

EFFECT_TEXTS: dict[str, dict[str, str]] = {
    "title": {"da": "Hvad det gør at komme på listen", "en": "What it does to be listed"},
    "no_lots": {
        "da": "Ingen effekt er kendt endnu: der er ikke trukket lod om nogen plads.",
        "en": "No effect is known yet: no place was drawn by lot.",
    },
    "none_yet": {
        "da": "Ingen effekt er kendt endnu: udfaldet kendes for {drawn} udtrukne og {passed_over} forbigåede, og det "
        "er for få, eller de har haft for få sager.",
        "en": "No effect is known yet: the outcome is known of {drawn} drawn and {passed_over} passed over, and these "
        "are too few, or had too few cases.",
    },
    "first_known": {
        "da": "De første udfald kendes {day}.",
        "en": "The first outcomes are known on {day}.",
    },
    "difference": {
        "da": "Af 100, som loddet satte på listen, fik {drawn} en sag i fogedretten inden {days} dage; af 100, som det "
        "gik forbi, fik {passed_over}. Forskellen er {value} pr. 100 på listen (95 %-interval: {low} til {high}), "
        "hvad enten de blev nået eller ej.",
        "en": "Of 100 whom the lot put on the list, {drawn} were taken to the bailiff court within {days} days; of 100 "
        "whom it passed over, {passed_over}. The difference is {value} per 100 listed (95 % interval: {low} to "
        "{high}), whether they were reached or not.",
    },
    FEWER: {
        "da": "Det hjælper at komme på listen: intervallet ligger helt under nul.",
        "en": "Being listed helps: the interval lies wholly below zero.",
    },
    MORE: {
        "da": "Der er flere sager blandt dem på listen: find ud af hvorfor, før der trækkes flere lod.",
        "en": "There are more cases among the listed: find out why before more lots are drawn.",
    },
    UNDECIDED: {
        "da": "Om det hjælper, er ikke afgjort: intervallet rummer både færre og flere sager.",
        "en": "Whether it helps is not settled: the interval holds both fewer and more cases.",
    },
    "plan": {
        "da": "Med {so_far} kendte udfald på hver side kan en forskel på {detectable} pr. 100 findes. En forskel på "
        "{worth} kræver {needed} på hver side. {when}",
        "en": "With {so_far} known outcomes on each side a difference of {detectable} per 100 can be found. One of "
        "{worth} needs {needed} on each side. {when}",
    },
    "enough_on": {
        "da": "Med de seneste måneders tempo er de kendt {day}.",
        "en": "At the pace of the last months they are known on {day}.",
    },
    "never_enough": {
        "da": "Med de seneste måneders tempo bliver de ikke nået.",
        "en": "At the pace of the last months they are not reached.",
    },
    "interim": {
        "da": "Dette er et foreløbigt kig. Antallet er fastsat på forhånd; den, der ser efter hver uge og stopper, når "
        "tallet er godt, finder før eller siden en effekt af ingenting.",
        "en": "This is an interim look. The number was fixed beforehand; whoever looks every week and stops when the "
        "figure is good finds an effect of nothing sooner or later.",
    },
    "complier": {
        "da": "Loddet fik {uptake} flere pr. 100 nået og med på at få hjælp. Pr. 100 af dem er forskellen {value} "
        "(95 %-interval: {low} til {high}), men kun hvis listen intet gør ved de andre; et brev er nok til at bryde "
        "det.",
        "en": "The lot had {uptake} more per 100 reached and agreeing to help. Per 100 of these the difference is "
        "{value} (95 % interval: {low} to {high}), but only if the list does nothing to the others; a letter is "
        "enough to break that.",
    },
    "moved": {
        "da": "Flyttet eller død uden sag: {drawn} pr. 100 udtrukne, {passed_over} pr. 100 forbigåede. De tæller som "
        "uden sag.",
        "en": "Moved or died without a case: {drawn} per 100 drawn, {passed_over} per 100 passed over. They count as "
        "without one.",
    },
    "waiting": {
        "da": "{waiting} venter på deres udfald; for {unknown} kan det ikke kendes.",
        "en": "{waiting} wait for their outcome; of {unknown} it cannot be known.",
    },
    "groups": {
        "da": "Grupperne er til at opdage skade, ikke til at bevise gavn: af tyve intervaller rammer ét i gennemsnit "
        "forbi.",
        "en": "The groups are there to notice harm, not to prove gain: of twenty intervals one misses on average.",
    },
    "tier=near": {"da": "lige under grænsen", "en": "just below the cut"},
    "tier=far": {"da": "længere nede", "en": "further down"},
    "all": {"da": "alle", "en": "all"},
    "col_group": {"da": "Hvem", "en": "Who"},
    "col_drawn": {"da": "Udtrukne", "en": "Drawn"},
    "col_passed_over": {"da": "Forbigåede", "en": "Passed over"},
    "col_drawn_per_100": {"da": "Sager pr. 100 udtrukne", "en": "Cases per 100 drawn"},
    "col_passed_over_per_100": {"da": "pr. 100 forbigåede", "en": "per 100 passed over"},
    "col_per_100": {"da": "Forskel", "en": "Difference"},
    "col_interval": {"da": "95 %-interval", "en": "95 % interval"},
    TOO_FEW: {"da": "for få", "en": "too few"},
}


def sentences(measured: Measured, language: str) -> list[str]:
    """What is known in plain sentences, the most important first."""
    effect, overall = measured.effect, measured.effect.overall
    if measured.first_known_on is None:
        return [say("no_lots", language)]
    waiting = say("waiting", language, waiting=effect.waiting, unknown=effect.unknown)
    if overall.verdict == TOO_FEW:
        told = [say("none_yet", language, drawn=overall.drawn, passed_over=overall.passed_over)]
        if measured.first_known_on > measured.as_of:
            told.append(say("first_known", language, day=measured.first_known_on))
        return [*told, waiting]
    told = [say("difference", language, days=effect.horizon_days, **numbers(overall, language))]
    told.append(say(overall.verdict, language))
    told += _of_the_plan(measured.plan, language)
    told += [] if effect.complier is None else [_of_compliers(effect.complier, language)]
    if effect.moved.verdict != TOO_FEW:
        told.append(say("moved", language, **numbers(effect.moved, language)))
    return [*told, waiting, say("groups", language)]


def say(name: str, language: str, **blanks: object) -> str:
    """The text called `name` in `language`, its blanks filled."""
    return EFFECT_TEXTS[name][language].format(**blanks)


def numbers(one: Difference, language: str) -> dict[str, str]:
    """drawn, passed_over, value, low and high as they are written in `language`; of a comparison with numbers."""
    signed = {name: amount(getattr(one, of), language, sign=True) for name, of in _SIGNED.items()}
    shares = {name: amount(getattr(one, f"{name}_per_100"), language) for name in ("drawn", "passed_over")}
    return signed | shares


_SIGNED = {"value": "per_100", "low": "low", "high": "high"}


def amount(value: float, language: str, *, sign: bool = False) -> str:
    """A number with one decimal; a minus sign and not a hyphen."""
    return number_text(value, 1, language, sign=sign).replace("-", "−")


def _of_the_plan(plan: Plan, language: str) -> list[str]:
    if plan.needed is None or plan.detectable_per_100 is None:
        return []
    when = ""
    if plan.interim:
        day = plan.enough_on
        when = say("never_enough", language) if day is None else say("enough_on", language, day=day)
    blanks: dict[str, Any] = {"so_far": plan.so_far, "needed": plan.needed, "when": when}
    blanks["detectable"] = amount(plan.detectable_per_100, language)
    blanks["worth"] = amount(plan.worth_finding_per_100, language)
    told = [say("plan", language, **blanks).strip()]
    return [*told, say("interim", language)] if plan.interim else told


def _of_compliers(one: Complier, language: str) -> str:
    signed = {name: amount(getattr(one, of), language, sign=True) for name, of in _SIGNED.items()}
    return say("complier", language, uptake=amount(one.uptake_per_100, language), **signed)
