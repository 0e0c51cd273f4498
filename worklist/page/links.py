"""The link queue: letters that could not be linked by themselves, decided by a person, and undone."""

from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

from worklist.cases.access import Access, log_access
from worklist.cases.errors import InputRefused
from worklist.cases.links import Letter, LinkAnswer, Target, answer_letter, link_answers, take_back
from worklist.page.case_access import Team, may_see_protected
from worklist.page.letters import RECENT_DAYS, Waiting, candidates_of, find_waiting, waiting, words_of
from worklist.page.rendering import page
from worklist.page.security import Fields, NotAllowed, Visitor, text_of
from worklist.page.site import Site
from worklist.page.typed import version_typed
from worklist.published import Night

router = APIRouter()

NOBODY, OTHER = "nobody", "other"
MOST_ANSWERS = 50
"""How many of the newest answers are shown beside the queue."""


@router.get("/links")
def show_queue(request: Request, visitor: Team, done: str = "") -> Response:
    """What waits, the most urgent first, and what was answered lately."""
    site: Site = request.app.state.site
    night = site.nights.current()
    answered = [one for one in link_answers(site.database).values() if one.answer is not None][:MOST_ANSWERS]
    shown = done if done in ("answered", "undone") else ""
    return page(
        request,
        "links.html",
        waiting=waiting(site, night),
        answered=answered,
        done=shown,
        protected=may_see_protected(visitor),
        as_of=night.as_of,
        recent_days=RECENT_DAYS,
    )


@router.get("/links/letter")
def show_letter(request: Request, visitor: Team, feed: str = "", key: str = "") -> Response:
    """One letter and what it may be about, side by side."""
    return _letter(request, visitor, Letter(feed, key), {})


@router.post("/links/decide")
def decide(request: Request, visitor: Team, fields: Fields) -> Response:
    """Keep the answer; the letter again with what is wrong beside the choice."""
    site: Site = request.app.state.site
    letter = _letter_typed(fields)
    night = site.nights.current()
    one = _open(site, visitor, night, letter)
    target, wrong = _chosen(night, one, fields)
    if target is None:
        return _letter(request, visitor, letter, wrong, fields)
    _log(site, visitor, "change", target, letter)
    answer_letter(site.database, letter, version_typed(fields), target, visitor.name, site.now())
    return RedirectResponse("/links?done=answered", 303)


@router.post("/links/undo")
def undo(request: Request, visitor: Team, fields: Fields) -> Response:
    """Take an answer back; 404 where there is none."""
    site: Site = request.app.state.site
    letter = _letter_typed(fields)
    found: LinkAnswer | None = link_answers(site.database).get(letter)
    if found is None:
        raise HTTPException(404)
    try:
        take_back(site.database, letter, version_typed(fields), visitor.name, site.now())
    except InputRefused as refused:
        raise HTTPException(404) from refused
    _log(site, visitor, "change", found.target, letter)
    return RedirectResponse("/links?done=undone", 303)


def letter_path(letter: Letter) -> str:
    """Where a letter is shown."""
    return "/links/letter?" + urlencode({"feed": letter.feed, "key": letter.record_key})


def _letter_typed(fields: FormData) -> Letter:
    return Letter(text_of(fields, "feed"), text_of(fields, "key"))


def _log(site: Site, visitor: Visitor, what: str, about: Target, letter: Letter) -> None:
    """Into the access log: who saw or decided what, of which tenancy, because of which letter."""
    why = f"letter {letter.feed} {letter.record_key}"
    log_access(site.database, Access(visitor.name, site.now(), what, about.landlord, about.tenancy_no, why))


def _open(site: Site, visitor: Visitor, night: Night, letter: Letter) -> Waiting:
    """The letter; 404 where it does not wait, `NotAllowed` where it may tell a protected address to this visitor."""
    one = find_waiting(site, night, letter)
    if one is None:
        raise HTTPException(404)
    if one.protected and not may_see_protected(visitor):
        raise NotAllowed
    return one


def _letter(
    request: Request, visitor: Visitor, letter: Letter, wrong: dict[str, str], fields: FormData | None = None
) -> Response:
    site: Site = request.app.state.site
    night = site.nights.current()
    one = _open(site, visitor, night, letter)
    _log(site, visitor, "view", Target(one.landlord, one.tenancy_no), letter)
    words = words_of(site, one)
    found = candidates_of(site, night, one, words, see_protected=may_see_protected(visitor))
    for each in found:
        if letter.feed != "tenancies":
            _log(site, visitor, "view", each.target, letter)
    typed = {name: text_of(fields, name) if fields else "" for name in ("choice", "landlord", "tenancy_no")}
    landlords = sorted(night.frame("scores")["landlord"].unique().to_list())
    return page(
        request,
        "link_letter.html",
        422 if wrong else 200,
        one=one,
        words=words,
        candidates=found,
        typed=typed,
        wrong=wrong,
        landlords=landlords,
        value_of=value_of,
    )


def _chosen(night: Night, one: Waiting, fields: FormData) -> tuple[Target | None, dict[str, str]]:
    """The target that was chosen, or by field what is wrong."""
    choice = text_of(fields, "choice")
    if choice == NOBODY:
        return Target(), {}
    if choice == OTHER and one.letter.feed != "tenancies":
        typed = text_of(fields, "landlord"), text_of(fields, "tenancy_no")
        known = night.frame("scores").select("landlord", "tenancy_no").rows()
        return (Target(*typed), {}) if typed in known else (None, {"tenancy_no": "links.tenancy_unknown"})
    found = {value_of(target): target for target in _offered(night, one)}
    return (found[choice], {}) if choice in found else (None, {"choice": "links.choice_missing"})


def _offered(night: Night, one: Waiting) -> list[Target]:
    rows = night.frame("link_candidates").filter(feed=one.letter.feed, record_key=one.letter.record_key)
    if one.letter.feed == "tenancies":
        return [Target(one.landlord, one.tenancy_no, person) for person in rows["person_id"]]
    return [Target(*home) for home in rows.select("landlord", "tenancy_no").iter_rows()]


def value_of(target: Target) -> str:
    """How a form names a target."""
    return urlencode({name: value for name, value in vars(target).items() if value})
