"""What the conditions of the gate say, in both languages: always with the number that was found and the bound."""

import re
from collections.abc import Mapping

LANGUAGES = ("da", "en")

_POINT = re.compile(r"(?<=\d)\.(?=\d)")

CONDITIONS: Mapping[str, Mapping[str, str]] = {
    "enough_positives": {
        "da": "{found} lejemål fik udfaldet på de senere skæringsdage; {bound} skal til for at bedømme en model.",
        "en": "{found} tenancies had the outcome in the held-out cut-offs; {bound} are needed to judge a model.",
    },
    "no_verdict": {
        "da": " For få til en afgørelse; det, der rangordner nu, fortsætter.",
        "en": " Too few for a verdict; what ranks now goes on ranking.",
    },
    "beats_best_baseline": {
        "da": "Genfinding i snit ved {ks} mod det bedste simple alternativ; nedre grænse skal over 0. ",
        "en": "Mean recall at {ks} against the best baseline; the lower end must be above 0. ",
    },
    "beats_rules": {
        "da": "Mod reglerne: gennemsnitlig genfinding ved {ks} {recall}, average precision {precision}; "
        "en af dem må ikke være lavere.",
        "en": "Against the rules: mean recall at {ks} {recall}, average precision {precision}; "
        "one of them must not be lower.",
    },
    "calibrated": {
        "da": "Modellen ventede {expected:.1f} udfald, og der kom {observed} (forhold {ratio:.2f}); "
        "mellem {least:.2f} og {most:.2f} godtages.",
        "en": "The model expected {expected:.1f} positives and {observed} came (ratio {ratio:.2f}); "
        "between {least:.2f} and {most:.2f} is accepted.",
    },
    "brier_under_base": {
        "da": "Brier-score {brier:.5f}; den samlede andel alene har {base:.5f}.",
        "en": "Brier score {brier:.5f}; the base rate alone has {base:.5f}.",
    },
    "recall_parity": {
        "da": "Genfinding ved {k} mellem grupper: {judged} grupper kunne bedømmes, {unjudged} er for små; "
        "længst fra sin sammenligningsgruppe er {worst}. Dens interval skal nå ind mellem {least:.2f} og {most:.2f}.",
        "en": "Recall at {k} between groups: {judged} groups could be judged, {unjudged} are too small; "
        "farthest from its reference is {worst}. Its interval must reach between {least:.2f} and {most:.2f}.",
    },
    "no_groups": {
        "da": "Genfinding mellem grupper kunne ikke bedømmes: ingen gruppe har sager nok.",
        "en": "Recall between groups could not be judged: no group has cases enough.",
    },
    "list_stability": {
        "da": "Lister fra {seeds} frø har {overlap:.1%} af pladserne ved {ks} til fælles; mindst {bound:.0%} skal til.",
        "en": "Lists from {seeds} seeds share {overlap:.1%} of the places at {ks}; at least {bound:.0%} is needed.",
    },
    "not_measured": {
        "da": "Ikke målt: {what}.",
        "en": "Not measured: {what}.",
    },
    "short_by": {
        "da": " Der mangler {short_by:.3g}.",
        "en": " Short by {short_by:.3g}.",
    },
}

IN_SHORT: Mapping[str, Mapping[str, str]] = {
    "tested": {
        "da": "den kunne ikke afprøves på senere dage",
        "en": "it could not be tested on later days",
    },
    "enough_positives": {
        "da": "der er endnu for få sager til at bedømme den",
        "en": "there are too few cases yet to judge it",
    },
    "beats_best_baseline": {
        "da": "det er ikke vist, at den finder flere end det bedste simple alternativ",
        "en": "it is not shown to find more than the best simple order",
    },
    "beats_rules": {
        "da": "den finder færre end reglerne",
        "en": "it finds fewer than the rules",
    },
    "calibrated": {
        "da": "dens sandsynligheder ligger for langt fra det, der skete",
        "en": "its probabilities lie too far from what happened",
    },
    "recall_parity": {
        "da": "det er ikke vist, at den finder grupperne lige godt",
        "en": "it is not shown to find all groups alike",
    },
    "list_stability": {
        "da": "dens liste skifter for meget fra frø til frø",
        "en": "its list changes too much from seed to seed",
    },
}
"""Each condition that may shut the gate, as those who read the list are told."""


def told(name: str, **blanks: object) -> dict[str, str]:
    """The sentence called `name` in each language, its blanks filled; a Danish number has a decimal comma."""
    said = {language: CONDITIONS[name][language].format(**blanks) for language in LANGUAGES}
    return said | {"da": _POINT.sub(",", said["da"])}


def joined(*parts: Mapping[str, str]) -> dict[str, str]:
    """Sentences put after each other, in each language."""
    return {language: "".join(part[language] for part in parts) for language in LANGUAGES}
