"""Concerns from other programs: a JSON endpoint with a key for each sender, documented at /api/openapi.json."""

from datetime import date
from typing import Annotated, Literal

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, ConfigDict, Field

from worklist.cases.sender_keys import SenderKey, sender_of
from worklist.page.concern import LONGEST_TEXT, TYPED, check, keep, whose
from worklist.page.site import Site
from worklist.page.words import say

DESCRIPTION = """Concern notifications to the municipality's prevention team.

Send `Authorization: Bearer KEY`; the administrator of the page makes a key for each program. `reference` is the sending
program's own number of the concern: the same reference sent again is the same concern, so that sending may be repeated
until it is answered."""

_KEY = HTTPBearer(auto_error=False, description="The program's key.")


class ConcernSent(BaseModel):
    """A concern. Whom it is about is told by `cpr`, or by `name` and `address`."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    reference: str = Field(min_length=1, max_length=200, description="The sending program's own number.")
    category: Literal[
        "rent_arrears",
        "neighbour_conflict",
        "substance_use",
        "mental_health",
        "divorce",
        "discharge",
        "sanction_risk",
        "other",
    ]
    urgency: Literal["low", "normal", "high", "acute"] = "normal"
    received_on: date | None = Field(None, description="The day on which it came; today where not given.")
    cpr: str = Field("", max_length=20)
    name: str = Field("", max_length=200)
    address: str = Field("", max_length=300)
    postal_code: str = Field("", max_length=10)
    text: str = Field("", max_length=LONGEST_TEXT)


class ConcernKept(BaseModel):
    """What is answered: our number of the concern."""

    concern_no: str


class Problem(BaseModel):
    """What is wrong with a field, in words; what was sent is not repeated."""

    field: str
    message: str


class Problems(BaseModel):
    """Everything that is wrong."""

    problems: list[Problem]


def concern_api(site: Site) -> FastAPI:
    """The application that is mounted under /api."""
    api = FastAPI(title="bovagt: concerns", version="1", description=DESCRIPTION, docs_url=None, redoc_url=None)
    api.state.site = site
    api.add_exception_handler(RequestValidationError, _unreadable)
    api.add_exception_handler(HTTPException, _refused)
    refused: dict[int | str, dict[str, object]] = {401: {"model": Problems}, 422: {"model": Problems}}
    api.post("/concerns", status_code=201, response_model=ConcernKept, responses=refused)(receive)
    return api


def sending(request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_KEY)]) -> SenderKey:
    """The program whose key was given; answers 401 to anybody else, before anything that was sent is looked at."""
    site: Site = request.app.state.site
    found = sender_of(site.database, given.credentials) if given is not None else None
    if found is None:
        raise HTTPException(401, "A key that works is needed.", {"WWW-Authenticate": "Bearer"})
    return found


def receive(request: Request, sent: ConcernSent, sender: Annotated[SenderKey, Depends(sending)]) -> JSONResponse:
    """Keep a concern; an acute one is on the team's list at once."""
    site: Site = request.app.state.site
    given = {name: getattr(sent, name) for name in TYPED if name not in ("sender", "received_on")}
    day = sent.received_on or site.today()
    typed = {name: value.strip() for name, value in given.items()}
    typed |= {"sender": sender.sender, "received_on": day.isoformat()}
    wrong = check(typed, site.today())
    if wrong:
        return _problems(422, [Problem(field=name, message=say(f"concern.{key}", "en")) for name, key in wrong.items()])
    number = keep(site, typed, sent.reference, f"program {sender.name}", whose(site, typed))
    return JSONResponse(ConcernKept(concern_no=number).model_dump(), 201)


def _unreadable(_request: Request, error: Exception) -> JSONResponse:
    """What is wrong by field, without what was sent: the framework's own answer would repeat it."""
    assert isinstance(error, RequestValidationError)
    found = [(".".join(map(str, each["loc"][1:])) or "body", str(each["msg"])) for each in error.errors()]
    return _problems(422, [Problem(field=field, message=message) for field, message in found])


def _refused(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    answer = _problems(error.status_code, [Problem(field="request", message=str(error.detail))])
    answer.headers.update(error.headers or {})
    return answer


def _problems(status: int, problems: list[Problem]) -> JSONResponse:
    return JSONResponse(Problems(problems=problems).model_dump(), status)
