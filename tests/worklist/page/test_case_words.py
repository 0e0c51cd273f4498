"""What a case says of the law holds at its stage, and every code has words in both languages."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

from tests.worklist.page.case_night import (
    AS_OF,
    CHANGES,
)
from warehouse.vocabulary import FEEDS
from worklist.cases.codes import MARKS, OUTCOMES, STATUSES
from worklist.page.case_changes import DOINGS
from worklist.page.case_routes import DONE
from worklist.page.happenings import Happening
from worklist.page.legal_paths import PATHS, STAGES, legal_paths
from worklist.page.words import LANGUAGES, written


def test_81_a_opens_only_after_a_warning_of_eviction() -> None:
    assert [stage for stage in STAGES if "rent_help_81a" in legal_paths(stage, None)[0]] == ["termination", "court"]


def test_the_path_for_children_is_closed_only_where_there_are_none() -> None:
    assert ["children" in legal_paths("arrears", each)[0] for each in (True, None, False)] == [True, True, False]


def test_a_closed_tenancy_has_no_paths() -> None:
    assert legal_paths("closed", None) == ([], [])


def _keys() -> Iterator[str]:
    yield from (f"case.outcome_{code}" for code in OUTCOMES)
    yield from (f"case.status_{code}" for code in STATUSES)
    yield from (f"case.mark_{code}" for code in MARKS)
    yield from (f"case.done_{name}" for name in DONE)
    yield from (f"case.path_{path.name}{end}" for path in PATHS for end in ("", "_title"))
    yield from (f"case.later_{path.name}" for path in PATHS if path.later_at)
    fields = {(feed.name, field.name): field.codes for feed in FEEDS.values() for field in feed.fields}
    yield from (f"case.kind_{code}" for code in fields["notices", "kind"])
    yield from (f"case.channel_{code}" for code in fields["contacts", "channel"])
    yield from (f"case.household_{code}" for code in fields["persons", "household"])
    withheld = {"psychiatry", "substance_treatment", "police", "substance_use", "mental_health", "discharge"}
    yield from (f"case.sender_{code}" for code in set(fields["concerns", "sender"]) - withheld)
    yield from (f"case.detail_{code}" for code in set(fields["concerns", "category"]) - withheld)
    told = [("notices", "ground"), ("contacts", "outcome"), ("sanctions", "kind"), ("benefits", "kind"),
            ("benefit_applications", "kind"), ("support_courses", "method"),
            ("support_courses", "end_reason")]  # fmt: skip
    yield from (f"case.detail_{code}" for each in told for code in fields[each])
    yield from (f"case.detail_{code}" for code in fields["contacts", "intervention"] if code != "none")


def test_every_code_has_words_in_both_languages() -> None:
    missing = [
        (key, language) for key, language in product(_keys(), LANGUAGES) if not written().get(key, {}).get(language)
    ]
    assert missing == []


def test_every_doing_has_a_change_to_try_and_words() -> None:
    assert set(CHANGES) == set(DOINGS)
    assert set(DOINGS) | {"contact"} == DONE


def test_a_code_that_nobody_has_put_in_words_is_shown_as_it_stands() -> None:
    one = Happening(AS_OF, AS_OF, "new_kind", "new_feed", "new:1", detail="new_detail")
    assert one.words("da") == "new kind: new detail"
    assert one.source_words("da") == "new_feed"
    assert replace(one, sender="Nordhavn").source_words("en") == "new_feed, Nordhavn"
